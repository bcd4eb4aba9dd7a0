import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { formatPrice } from '../ui/format';

const WIDTH = 96;
const HEIGHT = 28;
const EDGE = 2;

/** An SVG path of closes from left to right, highest on top; where one is missing the line is broken. */
export function sparkPath(closes: readonly (number | null)[]): string {
  const known = closes.filter((close) => close !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = high - low || 1;
  let pen = 'M';
  const parts = closes.map((close, at) => {
    if (close === null) {
      pen = 'M';
      return '';
    }
    const x = EDGE + ((WIDTH - 2 * EDGE) * at) / (closes.length - 1);
    // A flat day runs through the middle.
    const y = high === low ? HEIGHT / 2 : EDGE + ((HEIGHT - 2 * EDGE) * (high - close)) / span;
    const part = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
    return part;
  });
  return parts.join('');
}

/** What the line shows, in words. */
export function sparkLabel(closes: readonly (number | null)[]): string {
  const known = closes.filter((close) => close !== null);
  const [first, last] = [formatPrice(known[0]), formatPrice(known[known.length - 1])];
  const [low, high] = [formatPrice(Math.min(...known)), formatPrice(Math.max(...known))];
  return t`Closes of 24 h: from ${first} to ${last}, between ${low} and ${high}`;
}

interface SparklineProps {
  closes: readonly (number | null)[];
  isUp: boolean;
  label: string;
}

export function Sparkline({ closes, isUp, label }: SparklineProps): JSX.Element {
  return (
    <svg
      class={`spark ${isUp ? 'up' : 'down'}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <path d={sparkPath(closes)} />
    </svg>
  );
}
