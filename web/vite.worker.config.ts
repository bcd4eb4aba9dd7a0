import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

const STATIC = new URL('../python/liqheat/api/static/', import.meta.url).pathname;

/** What keeps the page for when there is no server: built last, for it names the files of all pages. */
export default defineConfig(({ command }) => {
  const names = command === 'build' ? readdirSync(`${STATIC}assets`, { recursive: true, encoding: 'utf8' }) : [];
  const assets = names.filter((name) => name.includes('.')).map((name) => `/static/assets/${name}`);
  const pages =
    command === 'build' ? ['index', 'market', 'beside'].map((name) => readFileSync(`${STATIC}${name}.html`)) : [];
  const version = createHash('sha256').update(Buffer.concat(pages)).digest('hex').slice(0, 12);
  return {
    publicDir: false,
    define: {
      FILES: JSON.stringify([...assets.sort(), '/static/favicon.svg', '/static/manifest.webmanifest']),
      VERSION: JSON.stringify(version),
    },
    build: {
      outDir: STATIC,
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry: 'src/worker/worker.ts', formats: ['iife'], name: 'worker', fileName: () => 'worker.js' },
    },
  };
});
