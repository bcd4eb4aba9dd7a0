import { defineConfig, mergeConfig } from 'vitest/config';
import page from './vite.config.ts';

/**
 * The table of markets: a page of its own, built after the chart's. Pages that shared files would load a fifth more.
 */
export default defineConfig((env) =>
  mergeConfig(page(env), {
    build: {
      emptyOutDir: false,
      rolldownOptions: { input: 'market.html' },
    },
  }),
);
