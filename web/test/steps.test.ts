import { describe, expect, it } from 'vitest';
import { restingUsd } from '../src/setups/depth-strip';
import { worstOf } from '../src/setups/steps';

describe('the way to a cluster', () => {
  const book = {
    price: 100,
    bids: [
      [99.5, 1],
      [97, 2],
      [90, 50],
    ] as [number, number][],
    asks: [
      [101, 4],
      [104, 8],
    ] as [number, number][],
  };

  it('has what rests before it, in equal parts', () => {
    expect(restingUsd(book, 96, 4)).toEqual([1, 0, 0, 2]);
    expect(restingUsd(book, 105, 5)).toEqual([0, 4, 0, 0, 8]);
    // All of it, and nothing beyond.
    expect(restingUsd(book, 96)?.reduce((sum, usd) => sum + usd, 0)).toBe(3);
  });

  it('is not known where no order rests in it', () => {
    expect(restingUsd(book, 99.8)).toBeNull();
  });
});

describe('a step', () => {
  it('is as bad as the worst of its rules', () => {
    const of = (...verdicts: ('pass' | 'fail' | 'unknown')[]) => worstOf(verdicts.map((verdict) => ({ verdict })));
    expect(of('pass', 'pass')).toBe('pass');
    expect(of('pass', 'unknown')).toBe('unknown');
    expect(of('unknown', 'fail', 'pass')).toBe('fail');
    expect(of()).toBe('unknown');
  });
});
