import { intervalOf } from '../plugin';
import type { ColumnAnswer, Side } from '../api/types';

/** The exact figures of one cell. */
export interface CellFigures {
  totalUsd: number;
  longUsd: number;
  shortUsd: number;
  byLeverage: { leverage: number; usd: number }[];
  /** Of expected forced flow only. */
  band: { lowUsd: number; highUsd: number; support: number } | null;
  /** Usual at this distance wherever the book stands, beside the rest; `null` where there is no such figure. */
  usualUsd: number | null;
}

/** Takes one bucket out of a column; the side is applied here too, so that the sum is what the heat shows. */
export function figuresAt(column: ColumnAnswer, price: number, side: Side): CellFigures | null {
  const bucket = intervalOf(column.price_edges, price);
  if (bucket < 0) return null;
  const longUsd = side === 'short' ? 0 : column.long_usd[bucket];
  const shortUsd = side === 'long' ? 0 : column.short_usd[bucket];
  const byLeverage = column.leverages.map((leverage, band) => ({
    leverage,
    usd:
      (side === 'short' ? 0 : column.long_by_leverage_usd[band][bucket])
      + (side === 'long' ? 0 : column.short_by_leverage_usd[band][bucket]),
  }));
  const [low, high, support] = [column.low_usd, column.high_usd, column.support].map((values) => values?.[bucket]);
  const band =
    low === undefined || high === undefined || support === undefined ? null : { lowUsd: low, highUsd: high, support };
  const usualUsd = column.usual_usd?.[bucket] ?? null;
  return { totalUsd: longUsd + shortUsd, longUsd, shortUsd, byLeverage, band, usualUsd };
}
