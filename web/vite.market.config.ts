import { defineConfig, mergeConfig } from 'vitest/config';
import page from './vite.config';

/**
 * The table of markets: a page of its own with its own bundle, built after the chart's, for a bundle in one file has
 * one entry.
 */
export default defineConfig((env) =>
  mergeConfig(page(env), {
    build: {
      emptyOutDir: false,
      rolldownOptions: {
        input: 'market.html',
        output: { codeSplitting: false, entryFileNames: 'market.js', assetFileNames: 'market[extname]' },
      },
    },
  }),
);
