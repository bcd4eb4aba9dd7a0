import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

/** What npm needs beside the code. */
const packageFiles: Plugin = {
  name: 'package-files',
  generateBundle() {
    // A package.json within the sources would turn '../plugin' into an import of the built package.
    const files = {
      'package.json': 'src/plugin/package.template.json',
      'README.md': 'src/plugin/README.md',
      NOTICE: 'src/plugin/NOTICE',
      LICENSE: '../LICENSE',
    };
    for (const [fileName, source] of Object.entries(files)) {
      this.emitFile({ type: 'asset', fileName, source: readFileSync(source, 'utf8') });
    }
  },
};

/** The npm package. The chart library stays the user's own copy; `--mode standalone` puts one inside. */
export default defineConfig(({ mode }) => {
  const isStandalone = mode === 'standalone';
  const fileName = isStandalone ? 'standalone' : 'lwc-plugin-liquidation-heatmap';
  return {
    publicDir: false,
    plugins: isStandalone ? [] : [packageFiles],
    build: {
      outDir: 'dist-lib',
      emptyOutDir: !isStandalone,
      target: 'es2022',
      lib: {
        entry: `src/plugin/${isStandalone ? 'standalone' : 'index'}.ts`,
        name: 'LwcPluginLiquidationHeatmap',
        formats: ['es', 'umd'],
        // The package is CommonJS, so that a script tag, too, gets its file as `.js`.
        fileName: (format) => `${fileName}.${format === 'es' ? 'mjs' : 'js'}`,
      },
      rolldownOptions: {
        external: isStandalone ? [] : ['lightweight-charts', 'fancy-canvas'],
        output: {
          globals: { 'lightweight-charts': 'LightweightCharts', 'fancy-canvas': 'FancyCanvas' },
          // The chart library's licence asks that its notice stays.
          comments: { legal: true, annotation: true, jsdoc: false },
        },
      },
    },
  };
});
