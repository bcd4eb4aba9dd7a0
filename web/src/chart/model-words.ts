import { t } from '@lingui/core/macro';
import type { FlowModel } from '../api/types';
import { formatNumber, formatPercent } from '../ui/format';
import { formatMoney } from '../ui/money';

/** Cells that the train window backs by less than this are marked. */
export const LEAST_SUPPORT = 0.5;

/** How the parameters of a flow came to be, in a word, and how old they are. */
export function modelBadge(model: FlowModel): [word: string, more: string] {
  const word = model.transferred ? 'transferred' : 'calibrated';
  const days = Math.floor(model.age_days);
  // Of another market's parameters the train days mean nothing here.
  const aged =
    days >= 0 ? t`flow model ${days} d old` : model.transferred ? t`flow model` : t`flow model within its train days`;
  return [word, model.tracked ? aged : `${aged}, ${t({ message: 'untracked', comment: 'Said of the flow model' })}`];
}

/** Everything about the parameters of a flow, in sentences. */
export function modelText(model: FlowModel): string {
  const { name, fitted_on: market } = model;
  const hash = model.hash.slice(0, 12);
  const day = new Date(model.fitted_end_ms).toISOString().slice(0, 10);
  const scale = formatNumber(model.scale, 2);
  const percent = formatPercent(model.placed_share ?? 0, 0);
  const sentences = [
    t`Parameters ${name} (${hash}), fitted on ${market} up to ${day}`,
    model.transferred ? t`used here for another market than they were fitted on` : null,
    model.tracked
      ? t`scaled × ${scale} by what was liquidated of late`
      : t`not scaled: no complete realised liquidations are known here`,
    model.placed_share === null
      ? null
      : t`the map places ${percent} of the expected liquidations, the rest has no price`,
    model.kept_because || null,
    model.warning,
  ];
  return `${sentences.filter((sentence) => sentence !== null).join('; ')}.`;
}

/** The range and the support of one cell: $3.1M (2.4–3.9) · support 82 %. */
export function bandText(usd: number, lowUsd: number, highUsd: number, support: number): string {
  const [low, high] = [formatMoney(lowUsd), formatMoney(highUsd)];
  const percent = Math.round(100 * support);
  const backing = support < LEAST_SUPPORT ? t`low support ${percent} %` : t`support ${percent} %`;
  return `${formatMoney(usd)} (${low}–${high}) · ${backing}`;
}
