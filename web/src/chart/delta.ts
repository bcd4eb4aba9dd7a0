import { t } from '@lingui/core/macro';
import { buildLegendTicks } from '../plugin';
import { formatAmount } from '../ui/amount';

/** A difference of shorts and longs as a person reads it: the size, and which side it is. */
export function deltaText(netUsd: number): string {
  if (netUsd === 0) return formatAmount(0);
  const amount = formatAmount(Math.abs(netUsd));
  return netUsd > 0 ? t`+${amount} shorts` : t`−${amount} longs`;
}

/** What a net of shorts above and longs below means, in the article's sense. */
export function netWords(netUsd: number): { text: string; bias: 'bearish' | 'bullish' | 'even' } {
  if (netUsd < 0) return { text: t`more longs below: bearish`, bias: 'bearish' };
  if (netUsd > 0) return { text: t`more shorts above: bullish`, bias: 'bullish' };
  return { text: t({ message: 'even', context: 'as many longs as shorts' }), bias: 'even' };
}

interface DeltaTick {
  text: string;
  /** 0 at the left end (longs), 0.5 in the middle, 1 at the right end (shorts). */
  position: number;
}

/** Marks of the scale that diverges from 0: longs to the left, shorts to the right. */
export function deltaTicks(lowerUsd: number, upperUsd: number): DeltaTick[] {
  const inner = buildLegendTicks(lowerUsd, upperUsd, 4);
  const last = inner[inner.length - 1];
  if (last === undefined) return [{ text: '0', position: 0.5 }];
  const right = inner.length > 2 ? [inner[inner.length - 2], last] : [last];
  const text = (usd: number, sign: string): string => `${usd === last.valueUsd ? '≥ ' : ''}${sign}${formatAmount(usd)}`;
  return [
    ...[...right].reverse().map(({ valueUsd, position }) => ({
      text: text(valueUsd, '−').replace('≥ −', '≤ −'),
      position: 0.5 - position / 2,
    })),
    { text: '0', position: 0.5 },
    ...right.map(({ valueUsd, position }) => ({ text: text(valueUsd, '+'), position: 0.5 + position / 2 })),
  ];
}
