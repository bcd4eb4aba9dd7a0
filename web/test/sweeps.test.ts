import { describe, expect, it } from 'vitest';
import type { Sweep, SweepsAnswer } from '../src/api/decisions';
import { tallyWords } from '../src/realised/sweeps-card';

const sweep = { time_ms: 0, outcome: 'inside' } as Sweep;
const answer = (patch: Partial<SweepsAnswer>): SweepsAnswer =>
  ({ sweeps: [sweep, sweep, sweep], n_inside: 2, n_last_hour: 1, why_none: null, ...patch }) as SweepsAnswer;

describe('sweeps of the last day', () => {
  it('are counted in a sentence', () => {
    expect(tallyWords(answer({}))).toBe('3 within the last day, 1 in its last hour. Inside the 8-of-10 range: 2 of 3.');
    expect(tallyWords(answer({ n_last_hour: 0 }))).toBe('3 within the last day. Inside the 8-of-10 range: 2 of 3.');
  });

  it('say why there is none', () => {
    expect(tallyWords(answer({ sweeps: [] }))).toBe('No cluster was swept within the last day.');
    expect(tallyWords(answer({ sweeps: [], why_none: 'no parameters' }))).toBe('No comparison: no parameters.');
  });
});
