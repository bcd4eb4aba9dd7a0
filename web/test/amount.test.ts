import { afterEach, describe, expect, it } from 'vitest';
import { deltaText } from '../src/chart/delta';
import { bandLabel, clusterMoney, growthWords, heaviestOf } from '../src/setups/setup-words';
import { formatAmount, formatStrength, isStrength, showStrengths, signedAmount, strengthRate } from '../src/ui/amount';
import { tracked } from './clusters';

afterEach(() => showStrengths(null));

describe('figures of the map', () => {
  it('are dollars where they are calibrated', () => {
    expect(isStrength()).toBe(false);
    expect(formatAmount(12_345_678)).toBe('$12.3M');
    expect(formatAmount(12_345_678, 1)).toBe('$12.3M');
    expect(signedAmount(-2e6)).toBe('−$2M');
  });

  it('are strengths beside the strongest cell where they are not', () => {
    showStrengths(40e6);
    expect(formatAmount(40e6)).toBe('100');
    expect(formatAmount(10e6)).toBe('25');
    expect(formatAmount(13.37e6)).toBe('33');
    expect(formatAmount(0.4e6)).toBe('1');
    expect(formatAmount(1000)).toBe('< 0.1');
    expect(formatAmount(0)).toBe('0');
    expect(strengthRate() * 40e6).toBeCloseTo(100);
    expect(deltaText(-20e6)).toBe('−50 longs');
  });

  it('never pass 100, and are beside what they stand among if that is said', () => {
    showStrengths(40e6);
    expect(formatAmount(41e6)).toBe('100');
    expect(formatAmount(40e6, 80e6)).toBe('50');
    expect(signedAmount(-40e6, 80e6)).toBe('−50');
    expect(formatStrength(1, 0)).toBe('0');
  });
});

describe('clusters of open positions', () => {
  const flow = tracked('a', 'long', 1, 2, 30e6);
  const held = { ...flow, cluster: { ...flow.cluster, quantity: 'held' as const } };

  it('have a strength and no dollars', () => {
    expect(clusterMoney(flow, 60e6)).toBe('$30M');
    expect(clusterMoney(held, 60e6)).toBe('50');
    expect(heaviestOf([held, { ...held, cluster: { ...held.cluster, mass_usd: 60e6 } }])).toBe(60e6);
    expect(heaviestOf([])).toBe(0);
    expect(growthWords({ ...flow, growth_usd_per_hour: 3e6 })).toBe('+$3M / h');
    expect(growthWords({ ...held, growth_usd_per_hour: 3e6 })).toBe('+10.0% / h');
  });

  it('are labelled without dollars over a map that has none', () => {
    expect(bandLabel(flow, 60e6)).toContain('$30M');
    showStrengths(1e6);
    expect(bandLabel(flow, 60e6)).toContain(' 50 ·');
  });
});
