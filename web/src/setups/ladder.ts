import { element } from '../ui/dom';
import { SIDE_SIGNS, formatPrice, formatSignedPercent } from '../ui/format';
import { formatMoney, signedMoney } from '../ui/money';
import { verdictBadge } from './rules-list';
import { VERDICT_WORDS, formatSpan, rowsAbove, type LadderRow } from './setup-words';

interface LadderActions {
  onChoose: (id: string) => void;
  onHover: (id: string | null) => void;
}

/** Clusters from the highest price to the lowest, each a button, with the price in its place among them. */
export function ladderNodes(
  rows: readonly LadderRow[],
  chosen: LadderRow | null,
  price: number,
  actions: LadderActions,
): HTMLElement[] {
  const heaviest = Math.max(0, ...rows.map(({ tracked }) => tracked.cluster.mass_usd));
  const nodes = rows.map((row) => ladderButton(row, row === chosen, heaviest, price, actions));
  if (rows.length > 0) nodes.splice(rowsAbove(rows, price), 0, priceLine(price));
  return nodes;
}

function ladderButton(
  { id, tracked, setup, isOfStyle }: LadderRow,
  isChosen: boolean,
  heaviest: number,
  price: number,
  { onChoose, onHover }: LadderActions,
): HTMLElement {
  const { cluster } = tracked;
  const bar = element('i', { class: `ladder-bar ladder-bar-${cluster.side}`, 'aria-hidden': 'true' });
  bar.style.width = `${heaviest > 0 ? (100 * cluster.mass_usd) / heaviest : 0}%`;
  const words = setup === null ? 'no setup' : VERDICT_WORDS[setup.verdict].word;
  const peak = formatPrice(cluster.peak_price);
  const away = formatSignedPercent(cluster.near_edge / price - 1, 2);
  const money = formatMoney(cluster.mass_usd);
  const prices = `${formatPrice(cluster.low_price)} – ${formatPrice(cluster.high_price)}`;
  const growth = `${formatSpan(tracked.age_ms)} old · ${signedMoney(tracked.growth_usd_per_hour)} / h`;
  const button = element(
    'button',
    {
      type: 'button',
      class: `ladder-row${isOfStyle ? ' is-of-style' : ''}`,
      'aria-pressed': String(isChosen),
      'data-testid': `cluster-${id}`,
      'aria-label': `${cluster.side}s at ${peak}, ${away}, estimated ${money}, ${words}`,
      title: `${prices} · ${growth}${isOfStyle ? ` · only on the map of a ${setup?.style ?? ''} trade` : ''}`,
      onclick: () => onChoose(id),
    },
    bar,
    element('span', { class: `number side-${cluster.side}` }, `${SIDE_SIGNS[cluster.side]} ${peak}`),
    element('span', { class: 'number ladder-away' }, away),
    element('span', { class: 'number ladder-usd' }, money),
    setup === null ? element('span', { class: 'verdict muted' }, '–') : verdictBadge(setup.verdict),
  );
  for (const [name, hovered] of [
    ['pointerenter', id],
    ['pointerleave', null],
    ['focus', id],
    ['blur', null],
  ] as const) {
    button.addEventListener(name, () => onHover(hovered));
  }
  return button;
}

function priceLine(price: number): HTMLElement {
  return element(
    'div',
    { class: 'ladder-price number' },
    element('span', {}, formatPrice(price)),
    element('span', { class: 'muted' }, 'price'),
  );
}
