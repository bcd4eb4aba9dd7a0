import { defineConfig } from 'vitest/config';
import { words } from './vite.words.ts';

/** The Flask server of `make run`; the page's own dev server passes its API calls on. */
const API_SERVER = process.env.LIQHEAT_API ?? 'http://127.0.0.1:8000';

/** Of a build: half a kilobyte less, compressed, than calls of the JSX runtime. Its imports are added below. */
const JSX = { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment' } as const;

export default defineConfig(({ command }) => ({
  // The server of the wheel mounts the folder below /static/.
  base: command === 'build' ? '/static/' : '/',
  server: { proxy: { '/api': API_SERVER } },
  plugins: [words()],
  ...(command === 'build' ? { oxc: { jsx: JSX } } : {}),
  build: {
    outDir: '../python/liqheat/api/static',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      transform: { inject: { h: ['preact', 'h'], Fragment: ['preact', 'Fragment'] } },
      // What is needed at once is one file: cut into several it is a twelfth larger, compressed.
      output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
    },
  },
  test: { include: ['test/**/*.test.ts'], setupFiles: ['test/setup.ts'] },
}));
