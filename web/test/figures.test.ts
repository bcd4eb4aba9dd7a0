import { describe, expect, it } from 'vitest';
import { queryString } from '../src/api/client';
import { ApiProblem, isNotOffered, problemFrom } from '../src/api/problem';
import type { ColumnAnswer, ProfileAnswer } from '../src/api/types';
import { formatAge, formatPercentile, formatPrice, formatSignedPercent, formatTime } from '../src/ui/format';
import { formatMoney, formatMoneyExact } from '../src/ui/money';
import { figuresAt } from '../src/chart/figures';
import { RecentCache } from '../src/chart/recent-cache';
import { findPeaks, within } from '../src/chart/peaks';
import { bucketTotalsUsd, heaviestBuckets, roundScaleMark } from '../src/plugin/profile-bins';
import { METADATA } from './answers';

describe('numbers as text', () => {
  it('rounds dollars to three digits', () => {
    expect([0, 12.3, 940, 1234, 1_234_567, 9.87e8, 1.2345e9].map(formatMoney)).toEqual([
      '$0',
      '$12.3',
      '$940',
      '$1.23K',
      '$1.23M',
      '$987M',
      '$1.23B',
    ]);
    expect([0, 0.4, 1234567.8].map(formatMoneyExact)).toEqual(['$0', '< $1', '$1,234,568']);
  });

  it('gives prices of any size about six digits', () => {
    expect([95123.44, 2701.156, 0.0712345].map((price) => formatPrice(price))).toEqual([
      '95,123.4',
      '2,701.16',
      '0.0712345',
    ]);
  });

  it('writes percent, percentiles, times and ages', () => {
    expect([0.0123, -0.05, 0].map((part) => formatSignedPercent(part, 2))).toEqual(['+1.23%', '−5.00%', '0.00%']);
    expect([0.6, 0.995, 1].map(formatPercentile)).toEqual(['P60', 'P99.5', 'P100']);
    expect(formatTime(Date.UTC(2025, 10, 20, 4, 30))).toBe('Thu 20 Nov 2025 04:30 UTC');
    expect([0, 5 * 60e3, 5 * 3600e3, 9 * 86400e3].map(formatAge)).toEqual([
      'just now',
      '5 min ago',
      '5 h ago',
      '9 days ago',
    ]);
  });
});

const COLUMN: ColumnAnswer = {
  ...METADATA,
  reference_price: 105,
  start_ms: 0,
  end_ms: 1,
  price_edges: [100, 110, 120],
  leverages: [10, 25],
  long_usd: [3, 30],
  short_usd: [7, 70],
  long_by_leverage_usd: [
    [1, 10],
    [2, 20],
  ],
  short_by_leverage_usd: [
    [3, 30],
    [4, 40],
  ],
};

describe('exact figures', () => {
  it('come from the bucket of the price', () => {
    expect(figuresAt(COLUMN, 110, 'both')).toEqual({
      totalUsd: 100,
      longUsd: 30,
      shortUsd: 70,
      byLeverage: [
        { leverage: 10, usd: 40 },
        { leverage: 25, usd: 60 },
      ],
      band: null,
      usualUsd: null,
    });
    expect(figuresAt(COLUMN, 120, 'both')).toBeNull();
  });

  it('respect the side', () => {
    expect(figuresAt(COLUMN, 105, 'long')).toMatchObject({ totalUsd: 3, shortUsd: 0 });
    expect(figuresAt(COLUMN, 105, 'short')?.byLeverage.map(({ usd }) => usd)).toEqual([3, 4]);
  });
});

const PROFILE: ProfileAnswer = {
  ...METADATA,
  as_of_ms: 0,
  reference_price: 100,
  price_edges: [90, 92, 94, 96, 98, 100, 102, 104, 106, 108, 110],
  leverages: [10, 25],
  long_by_leverage_usd: [
    [0, 9, 5, 0, 1, 0, 0, 0, 0, 0],
    [0, 1, 4, 0, 0, 0, 0, 0, 0, 0],
  ],
  short_by_leverage_usd: [
    [0, 0, 0, 0, 0, 2, 0, 8, 0, 3],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 3],
  ],
  cumulative_long_usd: [20, 20, 10, 1, 1, 0, 0, 0, 0, 0],
  cumulative_short_usd: [0, 0, 0, 0, 0, 2, 2, 10, 10, 16],
};

describe('peaks', () => {
  it('join the buckets around a peak and stay apart from the next', () => {
    const near = { ...PROFILE, price_edges: PROFILE.price_edges.map((edge) => 90 + edge / 10) };
    const peaks = findPeaks(near, 2);
    expect(peaks.map(({ side, usd }) => [side, usd])).toEqual([
      ['short', 6],
      ['short', 8],
      ['long', 1],
      ['long', 19],
    ]);
    expect(peaks[3].lowPrice).toBeCloseTo(99.2, 12);
    expect(peaks[3].highPrice).toBeCloseTo(99.6, 12);
    expect(peaks[3].distance).toBeCloseTo(-0.007, 12);
  });

  it('are peaks: not the flank of a larger one out of reach, and not wider than a peak', () => {
    const flat = {
      ...PROFILE,
      long_by_leverage_usd: [[0, 9, 8, 7, 6, 5, 0, 0, 0, 0]],
      short_by_leverage_usd: [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    };
    expect(findPeaks(flat, 5, 0.06)).toEqual([]);
    expect(findPeaks(flat, 1, 0.1)[0]).toMatchObject({ usd: 9, lowPrice: 92, highPrice: 94 });
  });

  it('within a distance are the cumulative figures there', () => {
    expect(within(PROFILE, 0.04)).toEqual([1, 2]);
    expect(within(PROFILE, 0.06)).toEqual([10, 10]);
    expect(within(PROFILE, 0.9)).toEqual([20, 16]);
  });

  it('within a distance count the last bucket in part, so that bucket width hardly matters', () => {
    expect(within(PROFILE, 0.05)).toEqual([5.5, 6]);
  });
});

describe('profile bars', () => {
  const data = {
    priceEdges: Float64Array.from(PROFILE.price_edges),
    leverages: PROFILE.leverages,
    longByLeverageUsd: PROFILE.long_by_leverage_usd,
    shortByLeverageUsd: PROFILE.short_by_leverage_usd,
    cumulativeLongUsd: [],
    cumulativeShortUsd: [],
  };

  it('show the heaviest bucket of a pixel row, not their sum', () => {
    const totals = bucketTotalsUsd(data);
    expect([...totals]).toEqual([0, 10, 9, 0, 1, 2, 0, 8, 0, 6]);
    const rows = { low: Int32Array.from([7, 3, -1, 0]), high: Int32Array.from([9, 5, -1, 2]) };
    const binned = heaviestBuckets(rows, totals);
    expect(binned.rows).toEqual([
      { bucket: 7, totalUsd: 8 },
      { bucket: 5, totalUsd: 2 },
      { bucket: -1, totalUsd: 0 },
      { bucket: 1, totalUsd: 10 },
    ]);
    expect(binned.maxUsd).toBe(10);
  });

  it('have a round scale mark within the longest bar', () => {
    expect([1, 4.9, 5, 1234, 99_999, 0].map(roundScaleMark)).toEqual([1, 2, 5, 1000, 50_000, 0]);
  });
});

describe('RecentCache', () => {
  it('forgets what was not used for longest', () => {
    const cache = new RecentCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });
});

describe('API client', () => {
  it('writes one URL for one view', () => {
    expect(queryString({ venue: 'x', symbol: 'BTC/USDT:USDT', cohort: undefined })).toBe(
      'symbol=BTC%2FUSDT%3AUSDT&venue=x',
    );
  });

  it('reads problem JSON and survives anything else', async () => {
    const headers = { 'content-type': 'application/problem+json' };
    const body = JSON.stringify({
      title: 'Invalid parameter',
      status: 400,
      detail: 'side must be one of both, long, short',
      code: 'input',
    });
    expect(await problemFrom(new Response(body, { status: 400, headers }))).toMatchObject({
      title: 'Invalid parameter',
      message: 'side must be one of both, long, short',
      status: 400,
      code: 'input',
    });
    for (const broken of [
      new Response('{', { status: 500, headers }),
      new Response('<h1>', { status: 502 }),
      new Response('[]', { status: 500, headers }),
    ]) {
      expect((await problemFrom(broken)).message).toMatch(/^The server answered 50[02]\.$/);
    }
  });

  it('says no more of what a server does not have', () => {
    const statuses = [404, 501, 400, 500, 0].filter((status) => isNotOffered(new ApiProblem('', '', status, '')));
    expect(statuses).toEqual([404, 501]);
    expect(isNotOffered(new TypeError('no network'))).toBe(false);
  });
});
