/** Imported before anything that has words: they are looked up as modules are run. */
import { startLanguage } from './language';

await startLanguage();
