import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The folders of `src`: a file imports from its own and from those to the left. */
const ROOMS = [
  ...['plugin', 'api', 'ui', 'state', 'chart', 'drawing', 'setups', 'realised'],
  ...['market', 'beside', 'shell', 'worker'],
];
/** Each is a page of its own, or works beside them; no other folder draws on it. */
const PAGES = ['market', 'beside', 'shell', 'worker'];
const ENTRIES = [
  'market/market-page.tsx',
  'beside/beside-page.ts',
  'shell/main.tsx',
  'worker/worker.ts',
  'plugin/index.ts',
  'plugin/standalone.ts',
];
const PLUGIN_PACKAGES = ['lightweight-charts', 'fancy-canvas'];

const SRC = join(import.meta.dirname, '../src');
const names = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
const read = (folder: string): Map<string, string> =>
  new Map(names(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const sources = read(SRC);
const others = [...read(import.meta.dirname).values(), ...read(join(import.meta.dirname, '../bench')).values()];

function importsOf(text: string): string[] {
  return [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(([, from, bare]) => from ?? bare);
}

/** The file of `src` that is meant; `null` for a package. */
function fileOf(importer: string, imported: string): string | null {
  if (!imported.startsWith('.')) return null;
  const path = relative(SRC, join(SRC, dirname(importer), imported.replace(/\.js$/, '')));
  const found = [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((name) => sources.has(name));
  if (found === undefined) throw new Error(`${importer} imports ${imported}, which is no file of src`);
  return found;
}

const roomOf = (name: string): string => name.split('/')[0];
const arrows = [...sources].map(
  ([name, text]) =>
    [
      name,
      importsOf(text)
        .map((imported) => fileOf(name, imported))
        .filter((file) => file !== null),
    ] as const,
);
const crossing = arrows.flatMap(([name, files]) =>
  files.filter((file) => roomOf(file) !== roomOf(name)).map((file) => [name, file] as const),
);

describe('folders of src', () => {
  it('are the rooms', () => {
    expect(new Set([...sources.keys()].map(roomOf))).toEqual(new Set(ROOMS));
    expect(crossing.length).toBeGreaterThan(100);
  });

  it('import from the left only', () => {
    expect(crossing.filter(([name, file]) => ROOMS.indexOf(roomOf(file)) > ROOMS.indexOf(roomOf(name)))).toEqual([]);
    expect(crossing.filter(([, file]) => PAGES.includes(roomOf(file)))).toEqual([]);
  });

  it('know the plugin by its front door, and it knows nothing of the page', () => {
    expect(crossing.filter(([, file]) => roomOf(file) === 'plugin' && file !== 'plugin/index.ts')).toEqual([]);
    const packages = [...sources]
      .filter(([name]) => roomOf(name) === 'plugin')
      .flatMap(([, text]) => importsOf(text))
      .filter((imported) => !imported.startsWith('.'));
    expect(packages.filter((name) => !PLUGIN_PACKAGES.includes(name))).toEqual([]);
  });
});

describe('files of src', () => {
  const importedBy = new Map(arrows);

  it('import one another in no circle', () => {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) throw new Error(`a circle: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`);
      if (done.has(name)) return;
      for (const file of importedBy.get(name) ?? []) visit(file, [...path, name]);
      done.add(name);
    };
    expect(() => {
      for (const name of sources.keys()) visit(name, []);
    }).not.toThrow();
  });

  it('are all part of a page or of the plugin', () => {
    const reached = new Set(ENTRIES);
    for (const name of reached) for (const file of importedBy.get(name) ?? []) reached.add(file);
    expect([...sources.keys()].filter((name) => !reached.has(name))).toEqual([]);
  });

  it('export nothing that nobody imports, or that tests alone call', () => {
    const count = (texts: readonly string[], word: string): number =>
      texts.join('\n').split(new RegExp(`\\b${word}\\b`)).length - 1;
    const useless = [...sources]
      .filter(([name]) => !['plugin', 'api'].includes(roomOf(name)))
      .flatMap(([name, text]) => {
        const rest = [...sources].filter(([other]) => other !== name).map(([, source]) => source);
        const exported = [...text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)].map(
          ([, word]) => word,
        );
        const isUseful = (word: string): boolean =>
          count([text, ...rest], word) > 1 && count([...rest, ...others], word) > 0;
        return exported.filter((word) => !isUseful(word)).map((word) => `${name}: ${word}`);
      });
    expect(useless).toEqual([]);
  });
});
