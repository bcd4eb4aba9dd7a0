import type { JSX } from 'preact';
import type { MarketCluster, MarketRow } from '../api/decisions';
import { SIDE_SIGNS, formatClock, formatPercent, formatPrice, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney, formatMoneyExact, moneyBand, signedMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { favourites, toggleFavourite } from './favourites';
import { ROW_PX } from './rows-window';
import { Sparkline, sparkLabel } from './sparkline';
import { asymmetryText, chartLink, nearestCluster, type MarketView } from './table';

interface RowProps {
  row: MarketRow;
  /** Of all rows, from 0. */
  at: number;
  view: MarketView;
  /** End of the newest data of the table, UTC epoch milliseconds. */
  newestMs: number;
  /** What its venues' data must be known of, for people. */
  notes: readonly string[];
}

export function Row({ row, at, view, newestMs, notes }: RowProps): JSX.Element {
  const { day } = row;
  const [coin, rest] = splitSymbol(row.symbol);
  const venues = row.venues.map(venueName).join(', ');
  const isBehind = newestMs - row.time_ms >= 2 * day.interval_ms;
  const asOf = `as of ${formatTime(row.time_ms)}`;
  return (
    <tr data-testid={`market-${row.symbol}`} aria-rowindex={at + 2} style={{ height: `${ROW_PX}px` }}>
      <th scope="row">
        <div class="market-name">
          <Star symbol={row.symbol} />
          <a href={chartLink(row, view.style, view.preset)} title={`Heatmap of ${row.symbol}, ${venues}`}>
            <span class="market-symbol">
              {coin}
              <span class="muted">{rest}</span>
            </span>
            <span class="muted venues">{venues}</span>
          </a>
        </div>
      </th>
      <td class="number" title={`${rest === '' ? '' : `In ${rest.slice(1).split(':')[0]}, `}${asOf}`}>
        {formatPrice(row.price)}
        {isBehind && <span class="second as-of">{shortAsOf(row.time_ms, newestMs)}</span>}
      </td>
      {day.change_24h_pct === null ? (
        <Unknown why={day.why_unknown} />
      ) : (
        <td class={`number ${toneOf(day.change_24h_pct)}`} title={`Of the 24 h ${asOf.replace('as of', 'to')}`}>
          {formatSignedPercent(day.change_24h_pct / 100, 2)}
        </td>
      )}
      <Line row={row} />
      <td class="number" title={`${formatMoneyExact(day.open_interest_usd)} open, one side, ${asOf}`}>
        {formatMoney(day.open_interest_usd)}
      </td>
      {day.volume_24h_usd === null ? (
        <Unknown why={day.why_unknown} />
      ) : (
        <td
          class="number"
          title={[`${formatMoneyExact(day.volume_24h_usd)} traded in 24 h, one side`, ...notes].join('. ')}
        >
          {formatMoney(day.volume_24h_usd)}
        </td>
      )}
      <Asymmetry row={row} />
      <Cluster side="short" cluster={row.above} />
      <Cluster side="long" cluster={row.below} />
      <Nearest row={row} />
      <td class="col-grade" title={row.grade_reason}>
        <span class={`grade grade-${row.grade}`}>{row.grade}</span>
        <span class="visually-hidden">: {row.grade_reason}</span>
      </td>
    </tr>
  );
}

function Line({ row: { day } }: { row: MarketRow }): JSX.Element {
  const closes = day.closes_24h;
  if (closes.filter((close) => close !== null).length < 2) return <Unknown why={day.why_unknown} />;
  const label = sparkLabel(closes);
  return (
    <td title={label}>
      <Sparkline closes={closes} isUp={(day.change_24h_pct ?? 0) >= 0} label={label} />
    </td>
  );
}

/** A dash for what is not known, and why. */
function Unknown({ why }: { why: string }): JSX.Element {
  return (
    <td class="number unknown" title={`Unknown: ${why}`}>
      <span aria-hidden="true">—</span>
      <span class="visually-hidden">unknown: {why}</span>
    </td>
  );
}

function Star({ symbol }: { symbol: string }): JSX.Element {
  const isFavourite = favourites.value.has(symbol);
  return (
    <button
      type="button"
      class="star"
      aria-pressed={isFavourite}
      aria-label={`Favourite ${symbol}`}
      title={isFavourite ? 'A favourite: press to take the star away' : 'Make it a favourite'}
      data-testid={`star-${symbol}`}
      onClick={() => toggleFavourite(symbol)}
    >
      {isFavourite ? '★' : '☆'}
    </button>
  );
}

function Asymmetry({ row }: { row: MarketRow }): JSX.Element {
  if (row.asymmetry === null) return <Unknown why="nothing is held within 5 % on either side of the price" />;
  const [more, less] = row.asymmetry >= 1 ? ['longs below', 'shorts above'] : ['shorts above', 'longs below'];
  const size = asymmetryText(row.asymmetry).replace(/^1 : |( : 1)$/g, '');
  const drawn = { short: 'the price is expected to be drawn down', long: 'the price is expected to be drawn up' };
  const so = row.bias === 'none' ? 'too even to favour a side' : drawn[row.bias];
  return (
    <td class="number" title={`Within 5 %, ${more} outweigh ${less} ${size} times: ${so}. Estimated.`}>
      {asymmetryText(row.asymmetry)}
      <span class={`second bias-${row.bias}`}>
        {row.bias === 'none' ? 'even' : row.bias === 'short' ? '▼ short' : '▲ long'}
      </span>
    </td>
  );
}

/** Distance and dollars of the nearest cluster on one side. */
function Cluster({ side, cluster }: { side: 'long' | 'short'; cluster: MarketCluster | null }): JSX.Element {
  const whose = side === 'short' ? 'shorts above' : 'longs below';
  if (cluster === null) {
    const why = `no cluster of ${whose} within 5 % of the price is large enough (rule R2)`;
    return (
      <>
        <Unknown why={why} />
        <Unknown why={why} />
      </>
    );
  }
  const { distance_pct, touch_probability, growth_usd_per_hour } = cluster;
  const touch = `${formatPercent(touch_probability, 0)} chance of a touch`;
  const growth = `${signedMoney(growth_usd_per_hour)} an hour`;
  return (
    <>
      <td class={`number side-${side}`} title={`Nearest ${whose}: ${distance_pct.toFixed(2)} % away, ${touch}`}>
        {SIDE_SIGNS[side]} {distance_pct.toFixed(2)} %
      </td>
      <Inside cluster={cluster} growth={growth} />
    </>
  );
}

/** What is liquidated in a cluster if it is reached; without parameters there are no dollars to tell. */
function Inside({ cluster, growth }: { cluster: MarketCluster; growth: string }): JSX.Element {
  const { touch_forecast: touch, held_notional_usd: held } = cluster;
  if (touch === null) {
    const open = held === null ? '' : `; ${formatMoney(held)} of positions are estimated to be open there`;
    return <Unknown why={`no fitted parameters for this market${open}`} />;
  }
  if (touch.inside_usd === null) return <Unknown why="no dollars were tested that far from the price" />;
  const band = touch.inside_band_80 === null ? null : moneyBand(touch.inside_band_80);
  const range = band === null ? '' : `, 8 of 10 times ${band}`;
  return (
    <td class="number" title={`${formatMoney(touch.inside_usd)} if reached${range}; ${growth}. Estimated.`}>
      {formatMoney(touch.inside_usd)}
      {band !== null && <span class="second">{band}</span>}
    </td>
  );
}

/** Chance and growth of the nearer cluster. */
function Nearest({ row }: { row: MarketRow }): JSX.Element {
  const [cluster, side] = [nearestCluster(row), row.nearest_side];
  if (cluster === null || side === null) {
    const why = 'no cluster within 5 % of the price is large enough (rule R2)';
    return (
      <>
        <Unknown why={why} />
        <Unknown why={why} />
      </>
    );
  }
  const whose = side === 'short' ? 'shorts above' : 'longs below';
  return (
    <>
      <td class="number" title={`Chance that the nearest ${whose} are reached`}>
        <span class={`side-${side}`}>{SIDE_SIGNS[side]}</span> {formatPercent(cluster.touch_probability, 0)}
      </td>
      <td class="number" title={`Of the nearest ${whose}. Estimated.`}>
        {signedMoney(cluster.growth_usd_per_hour)}
      </td>
    </>
  );
}

/** `BTC/USDT:USDT` → `BTC`, `/USDT:USDT`. */
function splitSymbol(symbol: string): [coin: string, rest: string] {
  const at = symbol.indexOf('/');
  return at < 0 ? [symbol, ''] : [symbol.slice(0, at), symbol.slice(at)];
}

/** The end of a market's data beside newer ones, UTC: as of 14:05, or of another day as of 31 Mar. */
function shortAsOf(timeMs: number, newestMs: number): string {
  const isSameDay = newestMs - timeMs < 86_400_000;
  return `as of ${isSameDay ? formatClock(timeMs).slice(0, 5) : formatTime(timeMs).split(' ').slice(1, 3).join(' ')}`;
}

function toneOf(change: number): string {
  return change > 0 ? 'up' : change < 0 ? 'down' : '';
}
