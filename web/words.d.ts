/** The built-in catalogue, made by `vite.words.ts`. */
declare module 'virtual:catalogue' {
  import type { CompiledMessage } from '@lingui/core';
  /** A text that is not translated is empty. */
  export const english: readonly CompiledMessage[];
  export const version: string;
}
