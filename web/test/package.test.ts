import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const KILOBYTE = 1000;
const PUBLIC_VALUES = [
  'LiquidationBands',
  'LiquidationBubbles',
  'LiquidationHeatmap',
  'LiquidationProfile',
  'OrderBookBars',
  'PALETTE_NAMES',
  'RightMargin',
  'buildLegendTicks',
  'decodeLqh1',
  'dequantise',
  'divergingColor',
  'intervalOf',
  'linearEdges',
  'logEdges',
  'lowerBound',
  'paletteColor',
  'quantise',
  'readCoinglass',
];

let plugin: Rolldown.OutputChunk;

/** The first chunk of a build that writes nothing. */
function chunkOf(result: Awaited<ReturnType<typeof build>>): Rolldown.OutputChunk {
  const [first] = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[];
  return first.output[0];
}

/** Size of what somebody's page gets who imports this of the package, and has the chart library already. */
async function kilobytesOf(imported: string): Promise<number> {
  const files: Record<string, string> = { page: `export ${imported} from 'package'`, package: plugin.code };
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'files-in-memory',
        resolveId: (id) => (id in files ? { id: `\0${id}`, moduleSideEffects: id === 'page' } : null),
        load: (id) => files[id.slice(1)] ?? null,
      },
    ],
    build: {
      write: false,
      minify: true,
      rolldownOptions: { input: 'page', preserveEntrySignatures: 'strict', external: ['lightweight-charts'] },
    },
  });
  return gzipSync(chunkOf(result).code, { level: 9 }).length / KILOBYTE;
}

beforeAll(async () => {
  const result = await build({ configFile: 'vite.plugin.config.ts', logLevel: 'silent', build: { write: false } });
  plugin = chunkOf(result);
}, 60_000);

describe('the npm package', () => {
  it('exports what somebody else takes, and no internals', () => {
    expect(plugin.fileName).toBe('lwc-plugin-liquidation-heatmap.mjs');
    expect([...plugin.exports].sort()).toEqual(PUBLIC_VALUES);
  });

  it.each(['../README.md', 'src/plugin/README.md', 'examples/gallery.ts', 'examples/generated.ts'])(
    'has what %s imports',
    (path) => {
      const imports = [...readFileSync(path, 'utf8').matchAll(/\{([^}]+)\} from 'lwc-plugin-liquidation-heatmap'/g)];
      expect(imports.length).toBeGreaterThan(0);
      const names = imports.flatMap(([, list]) => list.split(',').map((name) => name.trim()));
      const values = names.filter((name) => name !== '' && !name.startsWith('type '));
      expect(values.filter((name) => !PUBLIC_VALUES.includes(name))).toEqual([]);
    },
  );

  it('has an example of twenty lines', () => {
    const page = readFileSync('examples/twenty-lines.html', 'utf8');
    expect(page.trimEnd().split('\n')).toHaveLength(20);
    expect(page).toContain('generated in this page');
  });

  it('has 14 kB at most', async () => {
    expect(await kilobytesOf('*')).toBeLessThanOrEqual(14);
  });

  it('has 7 kB at most of which the heatmap is made', async () => {
    expect(await kilobytesOf('{ LiquidationHeatmap }')).toBeLessThanOrEqual(7);
  });
});
