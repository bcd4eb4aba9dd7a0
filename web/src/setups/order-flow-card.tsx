import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { BookTrend, OrderFlowAnswer, PositionSide } from '../api/decisions';
import { Table } from '../ui/figures';
import { SIDE_SIGNS, formatClock, formatPercent, formatPrice, formatShortAge, formatSignedPercent } from '../ui/format';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { zoneMark } from '../ui/zone';
import type { FlowShown } from './order-flow';

type VenueFlow = OrderFlowAnswer['venues'][number];
type Depth = NonNullable<VenueFlow['depth']>;

interface Bar {
  timeMs: number;
  buyUsd: number;
  sellUsd: number;
}

/** Takers of all venues that tell, bar by bar; bars of other lengths cannot be added. */
export function takerBars(venues: readonly VenueFlow[]): Bar[] {
  const told = venues.filter(({ takers, bar_ms }) => takers !== null && bar_ms === venues[0].bar_ms);
  const bars = new Map<number, Bar>();
  for (const { takers } of told)
    takers?.open_time_ms.forEach((timeMs, row) => {
      const bar = bars.get(timeMs) ?? { timeMs, buyUsd: 0, sellUsd: 0 };
      bar.buyUsd += takers.buy_usd[row];
      bar.sellUsd += takers.sell_usd[row];
      bars.set(timeMs, bar);
    });
  return [...bars.values()].sort((one, other) => one.timeMs - other.timeMs);
}

/** The order book that most is known of. */
export function mostLooks(venues: readonly VenueFlow[]): (VenueFlow & { depth: Depth }) | null {
  const looks = ({ depth }: VenueFlow): number => depth?.time_ms.length ?? 0;
  const [best] = [...venues].sort((one, other) => looks(other) - looks(one));
  return best?.depth == null ? null : { ...best, depth: best.depth };
}

/** Whole sentences, for other languages inflect. */
const TRENDS: Record<PositionSide, Record<BookTrend, (change: string) => string>> = {
  long: {
    thinning: (change) => t`Bids before it are thinning (${change})`,
    steady: (change) => t`Bids before it are steady (${change})`,
    stacking: (change) => t`Bids before it are stacking up (${change})`,
    unknown: () => t`Too few looks at the bids before it`,
  },
  short: {
    thinning: (change) => t`Asks before it are thinning (${change})`,
    steady: (change) => t`Asks before it are steady (${change})`,
    stacking: (change) => t`Asks before it are stacking up (${change})`,
    unknown: () => t`Too few looks at the asks before it`,
  },
};

/** What takers did, and what the order book does, on the way to a cluster: observed, nothing of it is estimated. */
export function OrderFlowCard({ cluster: { cluster }, answer: { venues } }: FlowShown): JSX.Element | null {
  const bars = takerBars(venues);
  const book = mostLooks(venues);
  // Files have neither, and a card that says so twice helps nobody.
  if (bars.length === 0 && book === null) return null;
  const edge = `${SIDE_SIGNS[cluster.side]} ${formatPrice(cluster.near_edge)}`;
  return (
    <section class="card order-flow" data-testid="order-flow" aria-label={t`Order flow before the cluster`}>
      <h2 class={`side-${cluster.side}`}>{t`Before the cluster at ${edge}`}</h2>
      <p data-testid="taker-words">{takerWords(bars, venues[0].bar_ms)}</p>
      {bars.length > 0 && <Takers bars={bars} />}
      <p data-testid="book-words">{bookWords(book, cluster.side)}</p>
      {book !== null && <DepthLines {...book.depth} />}
      {book !== null && <p class="muted">{widthWords(book)}</p>}
      {bars.length > 0 && <AsTable bars={bars} />}
    </section>
  );
}

function takerWords(bars: readonly Bar[], barMs: number): string {
  const [bought, sold] = [sum(bars.map(({ buyUsd }) => buyUsd)), sum(bars.map(({ sellUsd }) => sellUsd))];
  if (bought + sold <= 0) return t`No venue here tells what takers did.`;
  const span = formatShortAge(bars.length * barMs);
  const share = formatPercent(Math.max(bought, sold) / (bought + sold), 0);
  return sold > bought
    ? t`Takers sold: ${share} of what was traded in ${span}`
    : t`Takers bought: ${share} of what was traded in ${span}`;
}

function bookWords(book: { depth: Depth } | null, side: PositionSide): string {
  if (book === null) return t`No order book is known of this time.`;
  const { front, front_change } = book.depth;
  return TRENDS[side][front](front_change === null ? '' : formatSignedPercent(front_change - 1, 0));
}

function widthWords({ venue, depth }: VenueFlow & { depth: Depth }): string {
  const [name, width, money] = [
    venueName(venue),
    formatPercent(depth.width, 2),
    formatMoney(depth.front_usd.at(-1) ?? 0),
  ];
  return t`${name}: ${money} rest within ${width} of the price on that side; the thin line is the other side.`;
}

/** Bought above the line, sold below it. */
function Takers({ bars }: { bars: readonly Bar[] }): JSX.Element {
  const most = Math.max(...bars.map(({ buyUsd, sellUsd }) => Math.max(buyUsd, sellUsd)), 1e-9);
  return (
    <svg class="flow-bars" viewBox={`0 0 ${bars.length} 40`} preserveAspectRatio="none" aria-hidden="true">
      {bars.map(({ timeMs, buyUsd, sellUsd }, at) => (
        <g key={timeMs}>
          <rect
            class="taker-buy"
            x={at + 0.1}
            width="0.8"
            y={20 - (20 * buyUsd) / most}
            height={(20 * buyUsd) / most}
          />
          <rect class="taker-sell" x={at + 0.1} width="0.8" y="20" height={(20 * sellUsd) / most} />
        </g>
      ))}
    </svg>
  );
}

function DepthLines({ time_ms, front_usd, behind_usd }: Depth): JSX.Element {
  const most = Math.max(...front_usd, ...behind_usd, 1e-9);
  const [first, last] = [time_ms[0], time_ms[time_ms.length - 1]];
  const point = (usd: number, row: number): string =>
    `${(100 * (time_ms[row] - first)) / Math.max(last - first, 1)},${30 - (28 * usd) / most}`;
  const front = front_usd.map(point).join(' ');
  return (
    <svg class="flow-depth" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,30 ${front} 100,30`} />
      <polyline class="front" points={front} />
      <polyline class="behind" points={behind_usd.map(point).join(' ')} />
    </svg>
  );
}

function AsTable({ bars }: { bars: readonly Bar[] }): JSX.Element {
  return (
    <details>
      <summary>{t`As a table`}</summary>
      <Table head={[zoneMark(Date.now()), t`Takers bought`, t`Takers sold`]}>
        {[...bars].reverse().map(({ timeMs, buyUsd, sellUsd }) => (
          <tr key={timeMs}>
            <th scope="row" class="number">
              {formatClock(timeMs)}
            </th>
            <td class="number">{formatMoney(buyUsd)}</td>
            <td class="number">{formatMoney(sellUsd)}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
