import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
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
      const version = createHash('sha256').update(english).digest('hex').slice(0, 8);
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
      for (const name of readdirSync(`${import.meta.dirname}/languages/server`).filter((one) => one !== 'en.json'))
        this.emitFile({
          type: 'asset',
          fileName: `languages/server/${name}`,
          source: readFileSync(`${import.meta.dirname}/languages/server/${name}`),
        });
      for (const locale of config.locales.filter((one) => one !== 'en'))
        this.emitFile({
          type: 'asset',
          fileName: `languages/${locale}.json`,
          source: await compiled(locale, keys ?? []),
        });
    },
  };
}
