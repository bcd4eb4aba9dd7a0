import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Style } from '../api/decisions';
import { SIDE_SIGNS, formatPrice, formatSignedPercent } from '../ui/format';
import {
  clusterMoney,
  clusterUsd,
  formatSpan,
  growthWords,
  heaviestOf,
  rowsAbove,
  type LadderRow,
} from './setup-words';
import { Verdict } from './verdict';

interface LadderProps {
  rows: readonly LadderRow[];
  chosen: LadderRow | null;
  price: number;
  /** What is said while there is no row. */
  emptyText: string;
  onChoose: (id: string) => void;
  onHover: (id: string | null) => void;
}

/** Clusters from the highest price to the lowest, each a button, with the price in its place among them. */
export function Ladder({ rows, chosen, price, emptyText, onChoose, onHover }: LadderProps): JSX.Element {
  const ladder = useRef<HTMLDivElement>(null);
  // The chosen one comes into the middle, once: afterwards a person may scroll away from it.
  useLayoutEffect(() => {
    const node = ladder.current?.querySelector<HTMLElement>('[aria-pressed="true"]');
    if (!ladder.current || !node) return;
    const { offsetTop, clientHeight } = ladder.current;
    ladder.current.scrollTop = node.offsetTop - offsetTop - (clientHeight - node.offsetHeight) / 2;
  }, [chosen?.id]);
  const heaviest = heaviestOf(rows.map(({ tracked }) => tracked));
  const nodes = rows.map((row) => (
    <LadderButton
      key={row.id}
      row={row}
      isChosen={row === chosen}
      heaviest={heaviest}
      price={price}
      onChoose={onChoose}
      onHover={onHover}
    />
  ));
  if (rows.length > 0) nodes.splice(rowsAbove(rows, price), 0, <PriceLine key="price" price={price} />);
  return (
    <div ref={ladder} class="ladder" data-testid="cluster-list" role="group" aria-label={t`Clusters by price`}>
      {nodes.length > 0 ? nodes : <p class="muted ladder-empty">{emptyText}</p>}
    </div>
  );
}

const ONLY_OF_STYLE: Record<Style, string> = {
  scalp: t`only on the map of a scalp trade`,
  day: t`only on the map of a day trade`,
  swing: t`only on the map of a swing trade`,
};

interface LadderButtonProps extends Pick<LadderProps, 'price' | 'onChoose' | 'onHover'> {
  row: LadderRow;
  isChosen: boolean;
  heaviest: number;
}

function LadderButton({ row, isChosen, heaviest, price, onChoose, onHover }: LadderButtonProps): JSX.Element {
  const { id, tracked, setup, isOfStyle } = row;
  const { cluster } = tracked;
  const peak = formatPrice(cluster.peak_price);
  const away = formatSignedPercent(cluster.near_edge / price - 1, 2);
  const usd = clusterUsd(tracked);
  const money = clusterMoney(tracked, heaviest);
  const prices = `${formatPrice(cluster.low_price)} – ${formatPrice(cluster.high_price)}`;
  const age = formatSpan(tracked.age_ms);
  const growth = growthWords(tracked);
  const facts = [prices, t`${age} old`, growth, ...(isOfStyle && setup ? [ONLY_OF_STYLE[setup.style]] : [])];
  const hover = (): void => onHover(id);
  const leave = (): void => onHover(null);
  return (
    <button
      type="button"
      class={`ladder-row${isOfStyle ? ' is-of-style' : ''}`}
      aria-pressed={isChosen}
      data-testid={`cluster-${id}`}
      title={facts.join(' · ')}
      onClick={() => onChoose(id)}
      onPointerEnter={hover}
      onPointerLeave={leave}
      onFocus={hover}
      onBlur={leave}
    >
      <i
        class={`ladder-bar ladder-bar-${cluster.side}`}
        aria-hidden="true"
        style={{ width: `${heaviest > 0 ? (100 * usd) / heaviest : 0}%` }}
      />
      <span class={`number side-${cluster.side}`}>{`${SIDE_SIGNS[cluster.side]} ${peak}`}</span>
      <span class="number ladder-away">{away}</span>
      <span class="number ladder-usd">{money}</span>
      {setup === null ? <span class="verdict muted">{t`no setup`}</span> : <Verdict verdict={setup.verdict} />}
    </button>
  );
}

function PriceLine({ price }: { price: number }): JSX.Element {
  return (
    <div class="ladder-price number">
      <span>{formatPrice(price)}</span>
      <span class="muted">{t`price`}</span>
    </div>
  );
}
