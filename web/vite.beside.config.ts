import { defineConfig, mergeConfig } from 'vitest/config';
import page from './vite.config.ts';

/** Two views side by side: a page of its own, built after the chart's. */
export default defineConfig((env) =>
  mergeConfig(page(env), {
    build: {
      emptyOutDir: false,
      rolldownOptions: { input: 'beside.html' },
    },
  }),
);
