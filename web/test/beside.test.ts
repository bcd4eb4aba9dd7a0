import { describe, expect, it } from 'vitest';
import type { TrackedCluster } from '../src/api/decisions';
import { claimTexts } from '../src/chart/blind-spots';
import { splitSessions } from '../src/setups/brief';
import { countBrief, forecastWords } from '../src/setups/brief-card';
import { restingWithin } from '../src/chart/book-card';
import { depthData } from '../src/chart/depth-layer';
import { firedClusters, totalsByVenue } from '../src/realised/realised-panel';
import { formatSpan } from '../src/setups/setup-words';
import { bookText, calendarText } from '../src/setups/trade-card';
import { layOutBands } from '../src/plugin/bands-layout';
import { binLevels, usdAtFullWidth } from '../src/plugin/depth-bins';
import { HOUR_MS, rule, tracked } from './clusters';

describe('a cluster in the brief', () => {
  it('says its dollars, if there are any', () => {
    const touch = { horizon: '24h', inside_usd: 22e6, inside_band_80: [8e6, 40e6] } as never;
    expect(forecastWords(touch)).toBe(' · $22M [$8–40M] if reached');
    expect(forecastWords(undefined)).toBe('');
    expect(forecastWords({ inside_usd: null } as never)).toBe('');
  });
});

describe('what stands beside', () => {
  it('says measured or not yet', () => {
    expect(claimTexts({ article_low: 0.1, article_high: 0.25, measured: null })).toEqual({
      article: '10–25 %',
      measured: 'not measured yet',
    });
    expect(
      claimTexts({ article_low: 0.6, article_high: 0.8, measured: { value: 0.71, low: 0.55, high: 0.9, days: 34 } })
        .measured,
    ).toBe('71 % (55–90 %), 34 days');
  });

  it('splits sessions at now, and counts a brief', () => {
    const sessions = [
      { name: 'Asia', open_ms: 1, close_ms: 2 },
      { name: 'London', open_ms: 5, close_ms: 9 },
      { name: 'New York', open_ms: 8, close_ms: 12 },
    ];
    const { last, next } = splitSessions(sessions, 5);
    expect([last?.name, next.map(({ name }) => name)]).toEqual(['London', ['New York']]);
    expect(
      countBrief({
        moved: [['a', 1]],
        grew: [],
        died: [
          ['b', 'swept'],
          ['c', 'merged'],
        ],
        born: [],
        expired: [],
      }),
    ).toBe('1 moved · 2 died');
    expect(countBrief({ moved: [], grew: [], died: [], born: [], expired: [] })).toBe('nothing has changed');
  });

  it('never calls a missing or old book fine', () => {
    expect(bookText(null, { fresh: false, n_samples: 0, age_ms: null })).toBe('no order book in this data');
    expect(bookText(null, { fresh: false, n_samples: 12, age_ms: 40_000 })).toBe('too old: 40 s');
    expect(
      bookText(
        {
          state: 'thin',
          resting_usd: 2e6,
          ratio: 0.1,
          reaches_edge: true,
          n_samples: 12,
          age_ms: 1,
          walls: [],
          reason: 'share',
          venue: '',
        },
        { fresh: true, n_samples: 12, age_ms: 900 },
      ),
    ).toBe('thin: $2M rests before it · 12 samples, 1 s old');
  });

  it('names broken calendar entries', () => {
    const series = [{ name: 'own', source: '', valid_until_ms: null, broken: [{ where: '3', reason: 'no time' }] }];
    const calendar = { state: 'unknown' as const, events: [], reason: 'expired', expired: ['FOMC'], series };
    const phrases = { expired: 'the calendar of {series} does not cover this time' };
    const row = { id: 'R11', name: 'news', asks: '?', step: 5, threshold: '', phrases, inputs: {}, values: [] };
    const said = { ...rule('R11', 'unknown'), says: ['expired'], inputs: { series: 'FOMC' } };
    expect(calendarText({ rules: [said] }, { calendar, rule_table: [row] })).toBe(
      'unknown: the calendar of FOMC does not cover this time · 1 broken entries left out',
    );
  });

  it('sums what venues reported by venue and side, and lists what fired', () => {
    const event = (venue: string, isLong: boolean, usd: number) =>
      ({ timeMs: 0, price: 1, usd, isLong, source: { venue } }) as never;
    expect(totalsByVenue([event('okx', true, 1), event('bybit', false, 5), event('okx', false, 2)])).toEqual([
      { venue: 'bybit', longUsd: 0, shortUsd: 5, count: 1 },
      { venue: 'okx', longUsd: 1, shortUsd: 2, count: 2 },
    ]);
    const fired = (id: string, realised_usd: number): TrackedCluster => ({
      ...tracked(id, 'long', 1, 2),
      remainder: {
        cluster_id: id,
        forced_flow_usd: 9,
        realised_usd,
        remaining_usd: 1,
        realised_share: 0.5,
        n_events: 1,
        capture: [],
      },
    });
    expect(
      firedClusters([fired('none', 0), fired('small', 2), fired('big', 7), tracked('x', 'long', 1, 2)]).map(
        ({ cluster_id }) => cluster_id,
      ),
    ).toEqual(['big', 'small']);
  });

  it.each([
    [20 * 60_000, '20 min'],
    [4 * HOUR_MS, '4 h'],
    [6.26 * HOUR_MS, '6.3 h'],
    [40 * HOUR_MS, '40 h'],
    [84 * HOUR_MS, '3.5 d'],
  ])('%s ms is %s', (span, text) => expect(formatSpan(span)).toBe(text));
});

describe('bands on the chart', () => {
  const span = (id: string, top: number, bottom: number, weight: number) => ({ id, top, bottom, weight });

  it('keep their labels apart; the heaviest stands where it wants', () => {
    const boxes = layOutBands([span('a', 100, 110, 1), span('b', 104, 114, 9)], 400, 20, null);
    expect(boxes.map(({ labelY }) => labelY)).toEqual([89, 109]);
  });

  it('go without a label where there is no room, but never the chosen one', () => {
    const crowd = Array.from({ length: 8 }, (_, index) => span(`c${index}`, 100, 110, index));
    const boxes = layOutBands(crowd, 400, 20, 'c0');
    expect(boxes[0].labelY).toBe(105);
    const placed = boxes
      .map(({ labelY }) => labelY)
      .filter((y): y is number => y !== null)
      .sort((a, b) => a - b);
    for (let index = 1; index < placed.length; index++)
      expect(placed[index] - placed[index - 1]).toBeGreaterThanOrEqual(20);
    expect(placed.length).toBeLessThan(8);
  });

  it('stay inside the pane, and away when they are outside', () => {
    const boxes = layOutBands([span('top', -50, 4, 1), span('out', 500, 520, 1)], 400, 20, null);
    expect(boxes.map(({ id, labelY }) => [id, labelY])).toEqual([['top', 10]]);
  });
});

describe('order book', () => {
  it('sums by strips of the screen', () => {
    const levels = [
      { price: 1, usd: 5 },
      { price: 2, usd: 7 },
      { price: 8, usd: 1 },
      { price: 99, usd: 50 },
    ];
    expect(binLevels(levels, (price) => price, 20, 3)).toEqual([
      { y: 0, usd: 12 },
      { y: 6, usd: 1 },
    ]);
  });

  it('lets a wall not shrink everything else', () => {
    expect(usdAtFullWidth([1, 2, 3, 2, 900].map((usd, y) => ({ y, usd })))).toBe(12);
    expect(usdAtFullWidth([])).toBe(0);
  });

  it('names walls, and says what rests near the price', () => {
    const book = {
      bids: [
        [99.5, 10],
        [90, 5],
      ] as [number, number][],
      asks: [[100.5, 4]] as [number, number][],
      walls: [{ price: 90, resting_usd: 3e6, multiple_of_median: null }],
      price: 100,
    };
    expect(restingWithin(book, 0.01)).toEqual([10, 4]);
    expect(depthData(book).walls).toEqual([{ price: 90, usd: 3e6, label: 'wall $3M' }]);
  });
});
