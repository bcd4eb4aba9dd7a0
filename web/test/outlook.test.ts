import { describe, expect, it } from 'vitest';
import type { TrackedCluster } from '../src/api/decisions';
import { chanceWords, largestOf, outlookWords } from '../src/setups/outlook';
import { moneyBand } from '../src/ui/money';
import { tracked } from './clusters';

type Touch = NonNullable<TrackedCluster['touch_forecast']>;

const TOUCH: Touch = {
  horizon: '24h',
  chance: 0.2,
  inside_usd: 22.4e6,
  inside_band_80: [8.1e6, 40.2e6],
  inside_book_usd: 9e6,
  on_the_way_usd: 61e6,
  on_the_way_band_80: [23e6, 112e6],
  usual_inside_usd: 15e6,
  tracked: true,
  transferred: false,
  in_sample: false,
};

function touched(id: string, side: 'long' | 'short', low: number, high: number, more: Partial<Touch>): TrackedCluster {
  return { ...tracked(id, side, low, high), touch_forecast: { ...TOUCH, ...more } };
}

describe('the outlook', () => {
  it('is one sentence that says where, how likely, and how much', () => {
    const words = outlookWords(touched('a', 'long', 65_000, 65_250, {}), 67_617);
    expect(words).toBe(
      '▼ Largest cluster below: 65,250.0, 3.5% away. Chance of getting there in 24 h, no trend assumed: about 1 in 5.'
        + ' If it does: about $22.4M of longs liquidated in it (8 of 10 times $8.1–40.2M), $61M on the way.',
    );
  });

  it('tells of the largest that dollars were tested for', () => {
    const small = touched('small', 'short', 70_000, 71_000, { inside_usd: 1e6 });
    const large = touched('large', 'short', 72_000, 73_000, {});
    const far = touched('far', 'short', 80_000, 81_000, { inside_usd: null });
    expect(largestOf([small, far, large], 'short')?.cluster_id).toBe('large');
    expect(largestOf([small, far, large], 'long')).toBeNull();
    expect(outlookWords(far, 67_617)).toBe('');
  });

  it.each([
    [0.99, 'nearly certain'],
    [0.7, 'about 7 in 10'],
    [0.5, 'about 1 in 2'],
    [0.33, 'about 1 in 3'],
    [0.05, 'about 1 in 20'],
    [0.001, 'less than 1 in 100'],
  ])('says a chance of %d in words', (chance, words) => {
    expect(chanceWords(chance)).toBe(words);
  });

  it.each([
    [[8e6, 40e6], '$8–40M'],
    [[900e3, 2e6], '$900K–$2M'],
    [[0, 0], '$0–$0'],
  ] as const)('writes the range %j', (band, words) => {
    expect(moneyBand(band)).toBe(words);
  });
});
