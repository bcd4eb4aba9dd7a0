import { t } from '@lingui/core/macro';
import { computed, effect, signal } from '@preact/signals';
import type { DepthData } from '../plugin';
import type { ApiClient, MarketQuery } from '../api/client';
import type { DepthAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { formatMoney } from '../ui/money';
import type { Store } from '../state/store';
import type { LiquidationChart } from './chart';

const EVERY_MS = 5000;

export function depthData({ bids, asks, walls }: Pick<DepthAnswer, 'bids' | 'asks' | 'walls'>): DepthData {
  const levels = (side: readonly [number, number][]) => side.map(([price, usd]) => ({ price, usd }));
  return {
    bids: levels(bids),
    asks: levels(asks),
    // Without the currency's code: the strip is narrow, and its figures are in the page's currency like all others.
    walls: walls.map(({ price, resting_usd }) => {
      const money = formatMoney(resting_usd).replace(/^[A-Z]{3}\s|\s[A-Z]{3}$/, '');
      return { price, usd: resting_usd, label: t`wall ${money}` };
    }),
  };
}

/** An order book that there is: a live server that has not been sent one yet names no price. */
export type Book = DepthAnswer & { price: number; age_ms: number };

function isBook(answer: DepthAnswer): answer is Book {
  return answer.price !== null && answer.age_ms !== null;
}

/** Resting orders beside the profile; realised orders, so nothing of them is an estimate. */
export class DepthLayer {
  /** The newest book, or why there is none; `null` before anything is known. */
  readonly book = signal<Book | string | null>(null);
  private market: MarketQuery | null = null;
  private isAsking = false;

  constructor(
    private readonly api: ApiClient,
    view: LiquidationChart,
    private readonly store: Store,
    /** Data that do not move have one book, if any. */
    isLive: boolean,
  ) {
    const isShown = computed(() => store.state.isDepthShown);
    effect(() => {
      const book = this.book.value;
      const isBookThere = book !== null && typeof book !== 'string';
      view.setDepth(isBookThere ? depthData(book) : null, isBookThere && isShown.value);
    });
    window.setInterval(() => {
      if (isLive || this.book.peek() === null) void this.ask();
    }, EVERY_MS);
  }

  show({ symbol, venue }: MarketQuery): void {
    const isSame = this.market?.symbol === symbol && this.market.venue === venue;
    this.market = { symbol, venue };
    // Asking for what is not there would be an error each time.
    if (!this.store.market.has_order_book) {
      this.tellNone();
      return;
    }
    if (isSame && this.book.peek() !== null) return;
    this.book.value = null;
    void this.ask();
  }

  private async ask(): Promise<void> {
    const { market } = this;
    if (market === null || this.isAsking || !this.store.state.isDepthShown || document.visibilityState === 'hidden')
      return;
    this.isAsking = true;
    try {
      const answer = await this.api.depth(market);
      if (market === this.market || (this.market?.symbol === market.symbol && this.market.venue === market.venue)) {
        if (isBook(answer)) this.book.value = answer;
        else this.tellNone(t`Order book: waiting for the first one`);
      }
    } catch (error) {
      if (isNotOffered(error)) this.tellNone();
    }
    this.isAsking = false;
  }

  private tellNone(why = t`Order book: no order book in this data`): void {
    this.book.value = why;
  }
}
