import type { DepthData } from '../plugin';
import type { ApiClient, MarketQuery } from '../api/client';
import type { DepthAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { element } from '../ui/dom';
import { formatPrice, formatShortAge } from '../ui/format';
import { formatMoney } from '../ui/money';
import type { Store } from '../state/store';
import type { LiquidationChart } from './chart';

const EVERY_MS = 5000;
/** Older than this a book says nothing about now (rule R4). */
const FRESH_MS = 5000;
const NEAR = 0.01;
const MOST_WALLS = 4;

export function depthData({ bids, asks, walls }: Pick<DepthAnswer, 'bids' | 'asks' | 'walls'>): DepthData {
  const levels = (side: readonly [number, number][]) => side.map(([price, usd]) => ({ price, usd }));
  return {
    bids: levels(bids),
    asks: levels(asks),
    // Without the currency's code: the strip is narrow, and its figures are in the page's currency like all others.
    walls: walls.map(({ price, resting_usd }) => ({
      price,
      usd: resting_usd,
      label: `wall ${formatMoney(resting_usd).replace(/^[A-Z]{3}\s/, '')}`,
    })),
  };
}

/** An order book that there is: a live server that has not been sent one yet names no price. */
type Book = DepthAnswer & { price: number; age_ms: number };

function isBook(answer: DepthAnswer): answer is Book {
  return answer.price !== null && answer.age_ms !== null;
}

/** What rests within a part of the price, on each side. */
export function restingWithin(
  { bids, asks, price }: Pick<Book, 'bids' | 'asks' | 'price'>,
  part: number,
): [number, number] {
  const sum = (side: readonly [number, number][]): number =>
    side.reduce((total, [at, usd]) => (Math.abs(at / price - 1) <= part ? total + usd : total), 0);
  return [sum(bids), sum(asks)];
}

/** Resting orders beside the profile, and in words; realised orders, so nothing of them is an estimate. */
export class DepthLayer {
  private readonly card = element('section', {
    class: 'card book',
    'aria-label': 'Order book',
    'data-testid': 'book',
    hidden: true,
  });
  private market: MarketQuery | null = null;
  private answer: Book | null = null;
  private isAsking = false;

  constructor(
    host: HTMLElement,
    private readonly api: ApiClient,
    private readonly view: LiquidationChart,
    private readonly store: Store,
    /** Data that do not move have no order book, and asking for one would be an error each time. */
    private readonly isLive: boolean,
  ) {
    host.append(this.card);
    store.subscribe((state, before) => {
      if (state.isDepthShown !== before.isDepthShown) this.draw();
    });
    if (isLive) window.setInterval(() => void this.ask(), EVERY_MS);
  }

  show({ symbol, venue }: MarketQuery): void {
    const isSame = this.market?.symbol === symbol && this.market.venue === venue;
    this.market = { symbol, venue };
    if (!this.isLive) return this.showNone();
    if (isSame && this.answer !== null) return;
    this.answer = null;
    this.view.setDepth(null, false);
    void this.ask();
  }

  refresh(): void {
    if (this.answer !== null) this.draw();
  }

  private async ask(): Promise<void> {
    const { market } = this;
    if (market === null || this.isAsking || !this.store.state.isDepthShown || document.visibilityState === 'hidden')
      return;
    this.isAsking = true;
    try {
      const answer = await this.api.depth(market);
      if (market === this.market || (this.market?.symbol === market.symbol && this.market.venue === market.venue)) {
        if (isBook(answer)) {
          this.answer = answer;
          this.draw();
        } else this.showNone('waiting for the first one');
      }
    } catch (error) {
      if (isNotOffered(error)) this.showNone();
    }
    this.isAsking = false;
  }

  private draw(): void {
    const { answer } = this;
    if (answer === null) return;
    const isShown = this.store.state.isDepthShown;
    this.view.setDepth(depthData(answer), isShown);
    const [bidUsd, askUsd] = restingWithin(answer, NEAR);
    const isOld = answer.age_ms > FRESH_MS;
    const most = Math.max(bidUsd, askUsd, 1);
    const bar = (kind: string, usd: number): HTMLElement => {
      const node = element('i', { class: `book-${kind}` });
      node.style.width = `${(100 * usd) / most}%`;
      return node;
    };
    this.card.hidden = !isShown;
    this.card.replaceChildren(
      element(
        'div',
        { class: 'card-head' },
        element('h2', {}, 'Order book · resting now'),
        element(
          'span',
          { class: `realised-badge${isOld ? ' is-old' : ''}` },
          `${formatShortAge(answer.age_ms)} old${isOld ? ': stale' : ''}`,
        ),
      ),
      element(
        'div',
        { class: 'split-texts' },
        element('span', {}, 'Bids − 1 % ', element('b', { class: 'number' }, formatMoney(bidUsd))),
        element('span', {}, 'Asks + 1 % ', element('b', { class: 'number' }, formatMoney(askUsd))),
      ),
      element('div', { class: 'book-bars', 'aria-hidden': 'true' }, bar('bids', bidUsd), bar('asks', askUsd)),
      answer.walls.length === 0
        ? element('p', { class: 'muted' }, 'No walls.')
        : element(
            'ul',
            { class: 'walls', 'data-testid': 'walls' },
            ...[...answer.walls]
              .sort((a, b) => b.resting_usd - a.resting_usd)
              .slice(0, MOST_WALLS)
              .map(({ price, resting_usd, multiple_of_median }) =>
                element(
                  'li',
                  {},
                  element(
                    'span',
                    { class: 'number' },
                    `${price < answer.price ? 'bid' : 'ask'} wall ${formatPrice(price)}`,
                  ),
                  element(
                    'span',
                    { class: 'number' },
                    formatMoney(resting_usd)
                      + (multiple_of_median === null ? '' : ` · × ${Math.round(multiple_of_median)} median`),
                  ),
                ),
              ),
          ),
    );
  }

  private showNone(why = 'no order book in this data'): void {
    this.answer = null;
    this.view.setDepth(null, false);
    this.card.hidden = false;
    this.card.replaceChildren(element('p', { class: 'muted', 'data-testid': 'no-book' }, `Order book: ${why}`));
  }
}
