import type { FlowModel } from '../api/types';
import { formatPercent } from '../ui/format';
import { formatMoney } from '../ui/money';

/** Cells that the train window backs by less than this are marked. */
export const LEAST_SUPPORT = 0.5;

/** How the parameters of a flow came to be, in a word, and how old they are. */
export function modelBadge(model: FlowModel): [word: string, more: string] {
  const word = model.transferred ? 'transferred' : 'calibrated';
  // Of another market's parameters the train days mean nothing here.
  const age =
    model.age_days >= 0 ? ` ${Math.floor(model.age_days)} d old` : model.transferred ? '' : ' within its train days';
  return [word, `flow model${age}${model.tracked ? '' : ', untracked'}`];
}

/** Everything about the parameters of a flow, in sentences. */
export function modelText(model: FlowModel): string {
  const fittedTo = new Date(model.fitted_end_ms).toISOString().slice(0, 10);
  const sentences = [
    `Parameters ${model.name} (${model.hash.slice(0, 12)}), fitted on ${model.fitted_on} up to ${fittedTo}`,
    model.transferred ? 'used here for another market than they were fitted on' : null,
    model.tracked
      ? `scaled × ${model.scale.toFixed(2)} by what was liquidated of late`
      : 'not scaled: no complete realised liquidations are known here',
    model.placed_share === null
      ? null
      : `the map places ${formatPercent(model.placed_share, 0)} of the expected liquidations, the rest has no price`,
    model.kept_because || null,
    model.warning,
  ];
  return `${sentences.filter((sentence) => sentence !== null).join('; ')}.`;
}

/** The range and the support of one cell: $3.1M (2.4–3.9) · support 82 %. */
export function bandText(usd: number, lowUsd: number, highUsd: number, support: number): string {
  const [low, high] = [formatMoney(lowUsd), formatMoney(highUsd)];
  const share = `support ${Math.round(100 * support)} %`;
  return `${formatMoney(usd)} (${low}–${high}) · ${support < LEAST_SUPPORT ? `low ${share}` : share}`;
}
