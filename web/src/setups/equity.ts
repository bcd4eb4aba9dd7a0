import { t } from '@lingui/core/macro';
import { keep, readText } from '../ui/kept';

const KEY = 'liqheat.equity_usd';
const USUAL_USD = 10_000;

/** What an account must be for a size to be worked out; `null` when it is fine. */
export function equityProblem(equityUsd: number): string | null {
  return Number.isFinite(equityUsd) && equityUsd > 0 ? null : t`Equity must be a number above 0`;
}

/** The account, kept in this browser: a link to a view must not tell it. */
export function readEquity(): number {
  const value = Number(readText(KEY) ?? NaN);
  return equityProblem(value) === null ? value : USUAL_USD;
}

export function keepEquity(equityUsd: number): void {
  keep(KEY, String(equityUsd));
}
