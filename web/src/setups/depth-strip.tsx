import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { Setup } from '../api/decisions';
import type { Book } from '../chart/depth-layer';
import { formatPrice } from '../ui/format';
import { formatMoney } from '../ui/money';

const BINS = 24;

/** What rests between the price and a cluster, in equal parts of the way; `null` where no book reaches into it. */
export function restingUsd(
  { bids, asks, price }: Pick<Book, 'bids' | 'asks' | 'price'>,
  edge: number,
  bins = BINS,
): number[] | null {
  const sums = new Array<number>(bins).fill(0);
  let isReached = false;
  for (const [levelPrice, usd] of edge < price ? bids : asks) {
    const part = (levelPrice - price) / (edge - price);
    if (!(part >= 0 && part < 1)) continue;
    isReached = true;
    sums[Math.floor(part * bins)] += usd;
  }
  return isReached ? sums : null;
}

/** The order book on the way to a cluster: the price at the left, the cluster's near edge at the right. */
export function DepthStrip({ setup, book }: { setup: Setup; book: Book | null }): JSX.Element | null {
  const edge = setup.cluster.cluster.near_edge;
  const sums = book === null ? null : restingUsd(book, edge);
  if (book === null || sums === null) return null;
  const mostUsd = Math.max(...sums);
  const totalUsd = sums.reduce((sum, usd) => sum + usd, 0);
  const money = formatMoney(totalUsd);
  const [from, to] = [formatPrice(book.price), formatPrice(edge)];
  return (
    <figure class="depth-strip" data-testid="depth-strip">
      <div class="depth-bars" role="img" aria-label={t`${money} rest between ${from} and ${to}`}>
        {sums.map((usd, at) => (
          <i
            key={at}
            class={edge < book.price ? 'book-bids' : 'book-asks'}
            style={{ height: `${mostUsd > 0 ? Math.max(usd > 0 ? 6 : 0, (100 * usd) / mostUsd) : 0}%` }}
          />
        ))}
      </div>
      <figcaption class="number">
        <span>{from}</span>
        <span class="muted">{t`${money} rests on the way`}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
