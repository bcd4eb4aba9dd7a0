import { defineConfig } from 'vitest/config';

/** The Flask server of `make run`; the page's own dev server passes its API calls on. */
const API_SERVER = process.env.LIQHEAT_API ?? 'http://127.0.0.1:8000';

/** Of a build: half a kilobyte less, compressed, than calls of the JSX runtime. Its imports are added below. */
const JSX = { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment' } as const;

export default defineConfig(({ command }) => ({
  // The server of the wheel mounts the folder below /static/.
  base: command === 'build' ? '/static/' : '/',
  server: { proxy: { '/api': API_SERVER } },
  ...(command === 'build' ? { oxc: { jsx: JSX } } : {}),
  build: {
    outDir: '../python/liqheat/api/static',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    // Fixed names: the server revalidates by ETag, and a wheel needs no manifest.
    rolldownOptions: {
      transform: { inject: { h: ['preact', 'h'], Fragment: ['preact', 'Fragment'] } },
      output: { codeSplitting: false, entryFileNames: 'app.js', assetFileNames: 'app[extname]' },
    },
  },
  test: { include: ['test/**/*.test.ts'] },
}));
