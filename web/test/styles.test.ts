import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');
const sheets = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.css'))
  .map((name) => [name, readFileSync(join(SRC, name), 'utf8')] as const);

/** What is left of something stands at its right where one reads from right to left. */
const PHYSICAL =
  /(?:margin|padding|border)-(?:left|right)\b|(?:^|[\s{;])(?:left|right|float):|text-align: (?:left|right)/g;

describe('style sheets', () => {
  it('know the start and the end of a line, not left and right', () => {
    expect(sheets.length).toBeGreaterThan(5);
    const found = sheets.flatMap(([name, text]) =>
      [...text.matchAll(PHYSICAL)].map(([property]) => `${name}: ${property}`),
    );
    expect(found).toEqual([]);
  });
});
