import { intervalOf } from '../plugin';
import type { ColumnAnswer, ProfileAnswer, Side } from '../api/types';

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
  /** Of the static map only: all from the price up to here, and where 8 of 10 outcomes of it lie. */
  onTheWay?: { usd: number; lowUsd: number | null; highUsd: number | null };
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

/** Takes the bucket of a price out of the static map, whose sides are filtered already; `null` outside of it. */
export function figuresOnMap(
  profile: ProfileAnswer,
  price: number,
): { bucket: readonly [low: number, high: number]; figures: CellFigures } | null {
  const { price_edges: edges } = profile;
  const bucket = intervalOf(edges, price);
  if (bucket < 0) return null;
  const sum = (bands: readonly (readonly number[])[]): number => bands.reduce((usd, band) => usd + band[bucket], 0);
  const longUsd = sum(profile.long_by_leverage_usd);
  const shortUsd = sum(profile.short_by_leverage_usd);
  const [low, high, support] = [profile.low_usd, profile.high_usd, profile.support].map((values) => values?.[bucket]);
  return {
    bucket: [edges[bucket], edges[bucket + 1]],
    figures: {
      totalUsd: longUsd + shortUsd,
      longUsd,
      shortUsd,
      byLeverage: profile.leverages.map((leverage, band) => ({
        leverage,
        usd: profile.long_by_leverage_usd[band][bucket] + profile.short_by_leverage_usd[band][bucket],
      })),
      band: low == null || high == null || support == null ? null : { lowUsd: low, highUsd: high, support },
      usualUsd: null,
      onTheWay: {
        usd: profile.cumulative_long_usd[bucket] + profile.cumulative_short_usd[bucket],
        lowUsd: profile.on_the_way_low_usd?.[bucket] ?? null,
        highUsd: profile.on_the_way_high_usd?.[bucket] ?? null,
      },
    },
  };
}
