import { defineConfig } from 'vite';

/** One classic script beside one page, so that the measurement also opens as a file. */
export default defineConfig({
  publicDir: 'bench/page',
  build: {
    outDir: 'dist/bench',
    emptyOutDir: true,
    target: 'es2022',
    lib: { entry: 'bench/bench.ts', name: 'liqheatBench', formats: ['iife'], fileName: () => 'bench.js' },
  },
});
