import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import { describe, expect, it } from 'vitest';

const config = getConfig({ cwd: new URL('..', import.meta.url).pathname });
const [catalog] = await getCatalogs(config);
const said = await catalog.collect();
const read = await catalog.readAll();
const translations = config.locales.filter((locale) => locale !== 'en');

/** `{price}`, `{count, plural` and `#`, in whatever order a language has them. */
function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\w+(?=[,}])|#/g) ?? [])].sort();
}

describe('the catalogues of what the page says', () => {
  it('are of the seven languages of its readers', () => {
    expect(config.locales).toEqual(['en', 'de', 'fr', 'nl', 'da', 'nb', 'sv']);
    expect(Object.keys(said ?? {}).length).toBeGreaterThan(600);
  });

  it.each(config.locales)('have what the code says and nothing else: %s', (locale) => {
    const known = new Set(Object.keys(read[locale] ?? {}));
    const wanted = new Set(Object.keys(said ?? {}));
    expect({ missing: [...wanted].filter((id) => !known.has(id)), unused: [...known].filter((id) => !wanted.has(id)) })
      // `npm run words` brings them in line.
      .toEqual({ missing: [], unused: [] });
  });

  it.each(translations)('are translated whole, with the placeholders of the English: %s', (locale) => {
    const broken = Object.entries(read[locale] ?? {}).filter(([id, { translation }]) => {
      const english = said?.[id]?.message ?? '';
      return !translation?.trim() || String(placeholders(translation ?? '')) !== String(placeholders(english));
    });
    expect(broken.map(([, { message, translation }]) => [message, translation])).toEqual([]);
  });

  it.each(translations)('are of that language: %s', (locale) => {
    const all = Object.entries(read[locale] ?? {});
    const same = all.filter(([id, { translation }]) => translation === said?.[id]?.message);
    // Signs, names and loanwords are the same; sentences are not.
    expect(same.length).toBeLessThan(0.2 * all.length);
    const sentences = same
      .map(([id]) => said?.[id]?.message ?? '')
      .filter((text) => !text.includes(', plural,') && text.split(' ').length > 6);
    expect(sentences).toEqual([]);
  });
});
