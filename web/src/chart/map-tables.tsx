import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { LiquidationHeatmap } from '../plugin';
import type { ProfileAnswer } from '../api/types';
import { formatAmount, isStrength } from '../ui/amount';
import { Table } from '../ui/figures';
import { formatClock, formatPercent, formatPrice } from '../ui/format';
import { zoneMark } from '../ui/zone';
import { between } from './peaks';
import type { PointedCell } from './pointed-cell';

const ROWS_AROUND = 4;
const COLUMNS_AROUND = 1;
const STEP = 0.01;
const STEPS = 10;

type HeatGrid = NonNullable<LiquidationHeatmap['grid']>;

interface Around {
  timesMs: number[];
  /** Highest price first. */
  rows: { low: number; high: number; usd: number[]; isPointed: boolean }[];
}

type Grid = Pick<
  HeatGrid,
  'rowAt' | 'columnAt' | 'valueOf' | 'buckets' | 'columns' | 'priceEdges' | 'startMs' | 'stepMs'
>;

/** The cells around a place, as the heat has them: within some percent. */
export function cellsAround(grid: Grid, price: number, timeMs: number): Around | null {
  const [row, column] = [grid.rowAt(price), grid.columnAt(timeMs)];
  if (row < 0 || column < 0) return null;
  const span = (at: number, around: number, count: number): number[] =>
    Array.from({ length: 2 * around + 1 }, (_, step) => at - around + step).filter((one) => one >= 0 && one < count);
  const columns = span(column, COLUMNS_AROUND, grid.columns);
  const rows = span(row, ROWS_AROUND, grid.buckets).reverse();
  return {
    timesMs: columns.map((one) => grid.startMs + one * grid.stepMs),
    rows: rows.map((one) => ({
      low: grid.priceEdges[one],
      high: grid.priceEdges[one + 1],
      usd: columns.map((each) => grid.valueOf(one, each)),
      isPointed: one === row,
    })),
  };
}

interface ProfileStep {
  /** Of the price; 0.01 is from here to 1 % away. */
  away: number;
  longUsd: number;
  shortUsd: number;
}

/** The static map in steps of one percent of the price, on both sides of it. */
export function profileSteps(profile: ProfileAnswer): ProfileStep[] {
  const price = profile.reference_price;
  return Array.from({ length: STEPS }, (_, step) => ({
    away: (step + 1) * STEP,
    longUsd: between(profile, price * (1 - (step + 1) * STEP), price * (1 - step * STEP))[0],
    shortUsd: between(profile, price * (1 + step * STEP), price * (1 + (step + 1) * STEP))[1],
  }));
}

interface TablesProps {
  grid: HeatGrid | null;
  pointed: PointedCell | null;
  profile: ProfileAnswer | null;
}

/** What the canvas draws, for those who read tables. */
export function MapTables({ grid, pointed, profile }: TablesProps): JSX.Element {
  return (
    <>
      <Cells grid={grid} pointed={pointed} />
      {profile !== null && <Steps profile={profile} />}
    </>
  );
}

function Cells({ grid, pointed }: Pick<TablesProps, 'grid' | 'pointed'>): JSX.Element {
  const { price = null, timeMs = null } = pointed ?? {};
  const around = grid === null || price === null || timeMs === null ? null : cellsAround(grid, price, timeMs);
  if (around === null)
    return (
      <p class="muted">{t`Point at the heat, or focus the chart and press arrow keys: the cells around are listed.`}</p>
    );
  const head = [
    `${t`Price`} · ${zoneMark(around.timesMs[0])}`,
    ...around.timesMs.map((timeMs) => formatClock(timeMs).slice(0, 5)),
  ];
  return (
    <Table head={head} testId="cells-around">
      {around.rows.map(({ low, high, usd, isPointed }) => (
        <tr key={low} aria-current={isPointed ? 'true' : undefined}>
          <th scope="row" class="number">{`${formatPrice(low)}–${formatPrice(high)}`}</th>
          {usd.map((value, at) => (
            <td key={around.timesMs[at]} class="number">
              {formatAmount(value)}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

function Steps({ profile }: { profile: ProfileAnswer }): JSX.Element {
  const steps = profileSteps(profile);
  const mostUsd = Math.max(...steps.flatMap(({ longUsd, shortUsd }) => [longUsd, shortUsd]));
  return (
    <Table
      head={[
        isStrength() ? t`Away · strength` : t`Away · estimated`,
        [t`▼ Longs below`, 'long'],
        [t`▲ Shorts above`, 'short'],
      ]}
      testId="profile-steps"
    >
      {steps.map(({ away, longUsd, shortUsd }) => (
        <tr key={away}>
          <th scope="row">{`${formatPercent(away - STEP, 0)}–${formatPercent(away, 0)}`}</th>
          <td class="number side-long">{formatAmount(longUsd, mostUsd)}</td>
          <td class="number side-short">{formatAmount(shortUsd, mostUsd)}</td>
        </tr>
      ))}
    </Table>
  );
}
