import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Drawings, MOST_DRAWINGS, readDrawings } from '../src/drawing/drawings';

const kept = new Map<string, string>();
const at = (price: number): { timeMs: number; price: number } => ({ timeMs: 1000, price });

beforeEach(() => {
  kept.clear();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
  });
});

describe('drawings', () => {
  it('are kept by symbol', () => {
    const drawings = new Drawings();
    drawings.open('BTC');
    drawings.add('line', at(100), at(100));
    drawings.add('range', at(90), at(95));
    drawings.open('ETH');
    expect(drawings.shown.value).toEqual([]);
    const again = new Drawings();
    again.open('BTC');
    expect(again.shown.value.map(({ tool, from, to }) => [tool, from.price, to.price])).toEqual([
      ['line', 100, 100],
      ['range', 90, 95],
    ]);
    expect(new Set(again.shown.value.map(({ id }) => id)).size).toBe(2);
  });

  it('are moved and removed one by one, or all', () => {
    const drawings = new Drawings();
    drawings.open('BTC');
    for (const price of [1, 2, 3]) drawings.add('line', at(price), at(price));
    const [first, second] = drawings.shown.value;
    drawings.move(second.id, 20);
    drawings.remove(first.id);
    expect(drawings.shown.value.map(({ from }) => from.price)).toEqual([20, 3]);
    drawings.clear();
    const again = new Drawings();
    again.open('BTC');
    expect(again.shown.value).toEqual([]);
  });

  it('are no hoard', () => {
    const drawings = new Drawings();
    drawings.open('BTC');
    for (let price = 1; price <= MOST_DRAWINGS + 5; price++) drawings.add('line', at(price), at(price));
    expect(drawings.shown.value.length).toBe(MOST_DRAWINGS);
    expect(drawings.shown.value[0].from.price).toBe(6);
  });

  it('hold when nothing can be kept', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('full');
      },
    });
    const drawings = new Drawings();
    drawings.open('BTC');
    drawings.add('line', at(100), at(100));
    expect(drawings.shown.value.length).toBe(1);
  });

  it.each([
    null,
    '',
    'no JSON',
    '{}',
    '[null, 5, "x", []]',
    '[{"id":"a","tool":"bomb","from":{"timeMs":1,"price":1},"to":{"timeMs":1,"price":1}}]',
    '[{"id":"a","tool":"line","from":{"timeMs":1,"price":-1},"to":{"timeMs":1,"price":1}}]',
    '[{"id":"a","tool":"line","from":{"timeMs":1,"price":null},"to":{"timeMs":1,"price":1}}]',
    '[{"id":5,"tool":"line","from":{"timeMs":1,"price":1},"to":{"timeMs":1,"price":1}}]',
  ])('are none where storage holds something else: %s', (text) => {
    expect(readDrawings(text)).toEqual([]);
  });
});
