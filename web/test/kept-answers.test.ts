import { describe, expect, it } from 'vitest';
import { keptName } from '../src/worker/kept-answers';

const HOST = 'http://localhost:8000';

describe('answers that a browser keeps', () => {
  it('have one name for a view, whatever its times', () => {
    const first = keptName(`${HOST}/api/v1/heatmap.bin?symbol=BTC&start_ms=1&end_ms=2&cohort=none`);
    expect(first).toBe(keptName(`${HOST}/api/v1/heatmap.bin?symbol=BTC&start_ms=3&end_ms=4&cohort=none`));
    expect(first).not.toBe(keptName(`${HOST}/api/v1/heatmap.bin?symbol=ETH&start_ms=1&end_ms=2&cohort=none`));
  });

  it.each(['/health', '/api/v1/stream?symbol=BTC', '/api/v1/status', '/', '/api/v1/column?t_ms=1', '/static/x.js'])(
    'are not of %s',
    (path) => {
      expect(keptName(`${HOST}${path}`)).toBeNull();
    },
  );
});
