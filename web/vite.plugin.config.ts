import { defineConfig } from 'vite';

/** The npm package: the chart library stays the user's own copy. */
export default defineConfig({
  publicDir: 'src/plugin/package',
  build: {
    outDir: 'dist-lib',
    emptyOutDir: true,
    target: 'es2022',
    lib: {
      entry: 'src/plugin/index.ts',
      name: 'LwcPluginLiquidationHeatmap',
      formats: ['es', 'umd'],
      fileName: (format) => (format === 'es' ? 'lwc-plugin-liquidation-heatmap.js' : 'lwc-plugin-liquidation-heatmap.umd.cjs'),
    },
    rolldownOptions: {
      external: ['lightweight-charts', 'fancy-canvas'],
      output: { globals: { 'lightweight-charts': 'LightweightCharts', 'fancy-canvas': 'FancyCanvas' } },
    },
  },
});
