import { defineConfig } from 'vite';

/** The plugin's gallery: one classic script beside one page, so that it also opens as a file. */
export default defineConfig({
  publicDir: 'examples/page',
  // The gallery imports the plugin as a stranger does.
  resolve: { alias: { 'lwc-plugin-liquidation-heatmap': new URL('src/plugin/index.ts', import.meta.url).pathname } },
  build: {
    outDir: 'dist/examples',
    emptyOutDir: true,
    target: 'es2022',
    lib: { entry: 'examples/gallery.ts', name: 'gallery', formats: ['iife'], fileName: () => 'gallery.js' },
  },
});
