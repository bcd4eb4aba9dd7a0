import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { transformAsync } from '@babel/core';
import { createCompiledCatalog, getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import type { Plugin } from 'vite';

const MACRO = '@lingui/core/macro';
const CATALOGUE = 'virtual:catalogue';
/** What the macro leaves: a key made of the text, and the figures that go into it. */
const KEY = /i18n\._\(\s*\/\*i18n\*\/\s*\{\s*id: ("(?:[^"\\]|\\.)+")(\s*\})?/g;
const config = getConfig({ cwd: import.meta.dirname });

/** A language's texts by their place in the English catalogue: a key costs more than many a text. */
async function compiled(locale: string, keys: readonly string[]): Promise<string> {
  const [catalog] = await getCatalogs(config);
  const { messages } = await catalog.getTranslations(locale, { fallbackLocales: {}, sourceLocale: 'en' });
  const { source, errors } = createCompiledCatalog(locale, messages, { namespace: 'json' });
  if (errors.length > 0)
    throw new Error(`languages/${locale}.po: ${errors.map(({ error }) => error.message).join('; ')}`);
  const texts = (JSON.parse(source) as { messages: Record<string, unknown> }).messages;
  return JSON.stringify(keys.map((key) => texts[key] ?? ''));
}

/** All languages but English, and the server's words in each: their names and what their files hold. */
async function catalogues(keys: readonly string[]): Promise<[name: string, source: string][]> {
  const own = config.locales.filter((one) => one !== 'en');
  const folder = `${import.meta.dirname}/languages/server`;
  return [
    ...(await Promise.all(own.map(async (one): Promise<[string, string]> => [one, await compiled(one, keys)]))),
    ...own.map((one): [string, string] => [`server-${one}`, readFileSync(`${folder}/${one}.json`, 'utf8')]),
  ];
}

/** Of all of them: places mean nothing in the catalogue of another build. */
async function versionOf(keys: readonly string[]): Promise<string> {
  const all = [await compiled('en', keys), ...(await catalogues(keys)).flat()];
  return createHash('sha256').update(all.join()).digest('hex').slice(0, 10);
}

async function readKeys(): Promise<string[]> {
  const [catalog] = await getCatalogs(config);
  return Object.keys((await catalog.read('en')) ?? {}).sort();
}

/**
 * What the page says. Of a build the macros in the code become places in a catalogue: English is built in, other
 * languages are files beside it. While it is worked on, the code's own words are shown.
 */
export function words(): Plugin {
  let keys: readonly string[] | null = null;
  return {
    name: 'words',
    enforce: 'pre',
    async configResolved({ command, mode }) {
      if (command === 'build' && mode === 'production') keys = await readKeys();
    },
    resolveId: (id) => (id === CATALOGUE ? `\0${CATALOGUE}` : null),
    async load(id) {
      if (id !== `\0${CATALOGUE}`) return null;
      const english = keys === null ? '[]' : await compiled('en', keys);
      const version = keys === null ? '' : await versionOf(keys);
      return `export const english = ${english}; export const version = '${version}';`;
    },
    async transform(code, id) {
      if (!/\/src\/.*\.tsx?$/.test(id) || !code.includes(MACRO)) return null;
      const result = await transformAsync(code, {
        filename: id,
        babelrc: false,
        configFile: false,
        sourceMaps: keys === null,
        parserOpts: { plugins: ['typescript', 'jsx'] },
        plugins: ['@lingui/babel-plugin-lingui-macro'],
      });
      if (result?.code == null) return null;
      if (keys === null) return { code: result.code, map: result.map ?? null };
      const placeOf = (key: string): number => {
        const place = keys?.indexOf(key) ?? -1;
        if (place < 0) throw new Error(`${id}: a text is not in languages/en.po; run: npm run words`);
        return place;
      };
      return {
        code: result.code.replace(KEY, (_, key: string, end: string | undefined) => {
          const place = JSON.stringify(String(placeOf(JSON.parse(key) as string)));
          return end === undefined ? `i18n._({ id: ${place}` : `i18n._(${place}`;
        }),
        map: null,
      };
    },
    async generateBundle() {
      const version = await versionOf(keys ?? []);
      for (const [name, source] of await catalogues(keys ?? []))
        this.emitFile({ type: 'asset', fileName: `assets/languages/${name}-${version}.json`, source });
    },
  };
}
