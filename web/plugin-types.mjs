/** Writes the types of the npm package into dist-lib, a file for each of its entries, as ES module and as CommonJS. */
import { writeFileSync } from 'node:fs';
import { generateDtsBundle } from 'dts-bundle-generator';

const LIBRARIES = ['lightweight-charts', 'fancy-canvas'];
const ENTRIES = [
  { source: 'index', name: 'lwc-plugin-liquidation-heatmap', libraries: { importedLibraries: LIBRARIES } },
  { source: 'standalone', name: 'standalone', libraries: { inlinedLibraries: LIBRARIES } },
];

const bundles = generateDtsBundle(
  ENTRIES.map(({ source, libraries }) => ({
    filePath: `src/plugin/${source}.ts`,
    libraries,
    output: { noBanner: true, exportReferencedTypes: false },
  })),
  { preferredConfigPath: 'tsconfig.json' },
);
ENTRIES.forEach(({ name }, index) => {
  writeFileSync(`dist-lib/${name}.d.mts`, bundles[index]);
  // The chart library is an ES module only, and CommonJS has to say so where it takes types from one.
  const types = bundles[index].replace(
    /^import \{(.+)\} from '(.+)';$/gm,
    "import type {$1} from '$2' with { 'resolution-mode': 'import' };",
  );
  writeFileSync(`dist-lib/${name}.d.ts`, types);
});
