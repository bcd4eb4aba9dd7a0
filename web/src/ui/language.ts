/** The language that the page speaks: the chosen one, or the first of the reader's own that there is. */

import { i18n } from '@lingui/core';
import { english, version } from 'virtual:catalogue';
import { keep, readKept } from './kept';

/** Each by its own name, for that is what its reader looks for. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  nl: 'Nederlands',
  da: 'Dansk',
  nb: 'Norsk bokmål',
  sv: 'Svenska',
} as const;
export type Language = keyof typeof LANGUAGES;

const KEPT_AS = 'liqheat.language';
const CODES = Object.keys(LANGUAGES) as Language[];

/** Of the languages that a reader knows, best first, the first that there is. Norwegian is read as Bokmål. */
function firstKnown(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const code = tag
      .toLowerCase()
      .split('-', 1)[0]
      .replace(/^(no|nn)$/, 'nb');
    const known = CODES.find((one) => one === code);
    if (known !== undefined) return known;
  }
  return 'en';
}

/** Of texts and figures, until the page is loaded again. */
export const language: Language = readKept(KEPT_AS, CODES, firstKnown(globalThis.navigator?.languages ?? []));

/** How numbers, and times, are written. */
export const NUMBER_LOCALE = language === 'en' ? 'en-US' : language;
export const TIME_LOCALE = language === 'en' ? 'en-GB' : language;

/** Texts are looked up as modules are run: the page is loaded again, and its link has the view. */
export function chooseLanguage(chosen: Language): void {
  keep(KEPT_AS, chosen);
  location.reload();
}

/** Fixed texts of the server in this language, by the English ones. */
let serverWords: Readonly<Record<string, string>> = {};

/** A text of the server, in the reader's language where it is a known one. */
export function told(text: string): string {
  return serverWords[text] ?? text;
}

async function fetchWords<T>(name: string, otherwise: T): Promise<T> {
  try {
    const response = await fetch(`${import.meta.env.BASE_URL}assets/languages/${name}-${version}.json`);
    return response.ok ? ((await response.json()) as T) : otherwise;
  } catch {
    // The page is there to be read all the same.
    return otherwise;
  }
}

/** English is built in: it stands where a catalogue has no text, or does not come. */
export async function startLanguage(): Promise<void> {
  let own: typeof english = [];
  if (language !== 'en')
    [own, serverWords] = await Promise.all([
      fetchWords<typeof english>(language, []),
      fetchWords<typeof serverWords>(`server-${language}`, {}),
    ]);
  i18n.load(language, Object.fromEntries(english.map((text, place) => [place, own[place] || text])));
  i18n.activate(language);
  document.documentElement.lang = language;
}
