import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

/** What npm needs beside the code. */
const packageFiles: Plugin = {
  name: 'package-files',
  generateBundle() {
    // A package.json within the sources would turn '../plugin' into an import of the built package.
    const files = { 'package.json': 'package.template.json', 'README.md': 'README.md' };
    for (const [fileName, source] of Object.entries(files)) {
      this.emitFile({ type: 'asset', fileName, source: readFileSync(`src/plugin/${source}`, 'utf8') });
    }
  },
};

/** The npm package: the chart library stays the user's own copy. */
export default defineConfig({
  publicDir: false,
  plugins: [packageFiles],
  build: {
    outDir: 'dist-lib',
    emptyOutDir: true,
    target: 'es2022',
    lib: {
      entry: 'src/plugin/index.ts',
      name: 'LwcPluginLiquidationHeatmap',
      formats: ['es', 'umd'],
      fileName: (format) =>
        format === 'es' ? 'lwc-plugin-liquidation-heatmap.js' : 'lwc-plugin-liquidation-heatmap.umd.cjs',
    },
    rolldownOptions: {
      external: ['lightweight-charts', 'fancy-canvas'],
      output: { globals: { 'lightweight-charts': 'LightweightCharts', 'fancy-canvas': 'FancyCanvas' } },
    },
  },
});
