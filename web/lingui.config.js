import { formatter } from '@lingui/format-po';

/** The catalogues of what the page says: `npm run words` collects what the code says into each of them. */
export default {
  sourceLocale: 'en',
  locales: ['en', 'de', 'fr', 'nl', 'da', 'nb', 'sv'],
  catalogs: [{ path: 'languages/{locale}', include: ['src'], exclude: ['src/plugin/**', 'src/api/schema.ts'] }],
  // A catalogue changes where words do, not where code moves; nor does it tell when it was made.
  format: formatter({ lineNumbers: false, origins: false, customHeaderAttributes: {} }),
  orderBy: 'message',
};
