import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { MarketCluster, MarketRow } from '../api/decisions';
import {
  formatClock,
  formatNumber,
  formatPercent,
  formatPrice,
  formatSignedPercent,
  formatTime,
  SIDE_SIGNS,
} from '../ui/format';
import { formatMoney, formatMoneyExact, moneyBand, signedMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { zonedFormat } from '../ui/zone';
import { favourites, toggleFavourite } from '../state/favourites';
import { ROW_PX } from './rows-window';
import { Sparkline, sparkLabel } from './sparkline';
import { asymmetryText, chartLink, nearestCluster, type MarketView } from './table';

const BIASES: Record<MarketRow['bias'], string> = {
  short: t`▼ short`,
  long: t`▲ long`,
  none: t({ message: 'even', comment: 'Neither side outweighs' }),
};

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
  const { day, symbol } = row;
  const [coin, rest] = splitSymbol(symbol);
  const venues = row.venues.map(venueName).join(', ');
  const isBehind = newestMs - row.time_ms >= 2 * day.interval_ms;
  const time = formatTime(row.time_ms);
  const currency = rest.slice(1).split(':')[0];
  const amount = formatMoneyExact(day.open_interest_usd);
  return (
    <tr data-testid={`market-${symbol}`} aria-rowindex={at + 2} style={{ height: `${ROW_PX}px` }}>
      <th scope="row">
        <div class="market-name">
          <Star symbol={symbol} />
          <a href={chartLink(row, view.style, view.preset)} title={t`Heatmap of ${symbol}, ${venues}`}>
            <span class="market-symbol">
              {coin}
              <span class="muted">{rest}</span>
            </span>
            <span class="muted venues">{venues}</span>
          </a>
        </div>
      </th>
      <td class="number" title={rest === '' ? t`as of ${time}` : t`In ${currency}, as of ${time}`}>
        {formatPrice(row.price)}
        {isBehind && <span class="second as-of">{shortAsOf(row.time_ms, newestMs)}</span>}
      </td>
      {day.change_24h_pct === null ? (
        <Unknown why={day.why_unknown} />
      ) : (
        <td class={`number ${toneOf(day.change_24h_pct)}`} title={t`Of the 24 h to ${time}`}>
          {formatSignedPercent(day.change_24h_pct / 100, 2)}
        </td>
      )}
      <Line row={row} />
      <td class="number" title={t`${amount} open, one side, as of ${time}`}>
        {formatMoney(day.open_interest_usd)}
      </td>
      <Volume row={row} notes={notes} />
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

function Volume({ row: { day }, notes }: Pick<RowProps, 'row' | 'notes'>): JSX.Element {
  if (day.volume_24h_usd === null) return <Unknown why={day.why_unknown} />;
  const amount = formatMoneyExact(day.volume_24h_usd);
  return (
    <td class="number" title={[t`${amount} traded in 24 h, one side`, ...notes].join('. ')}>
      {formatMoney(day.volume_24h_usd)}
    </td>
  );
}

/** A dash for what is not known, and why. */
function Unknown({ why }: { why: string }): JSX.Element {
  return (
    <td class="number unknown" title={t`Unknown: ${why}`}>
      <span aria-hidden="true">—</span>
      <span class="visually-hidden">{t`unknown: ${why}`}</span>
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
      aria-label={t`Favourite ${symbol}`}
      title={isFavourite ? t`A favourite: press to take the star away` : t`Make it a favourite`}
      data-testid={`star-${symbol}`}
      onClick={() => toggleFavourite(symbol)}
    >
      {isFavourite ? '★' : '☆'}
    </button>
  );
}

function Asymmetry({ row }: { row: MarketRow }): JSX.Element {
  if (row.asymmetry === null) return <Unknown why={t`nothing is held within 5 % on either side of the price`} />;
  return (
    <td class="number" title={outweighText(row.asymmetry, row.bias)}>
      {asymmetryText(row.asymmetry)}
      <span class={`second bias-${row.bias}`}>{BIASES[row.bias]}</span>
    </td>
  );
}

/** The price is drawn to the side that outweighs. */
function outweighText(asymmetry: number, bias: MarketRow['bias']): string {
  const size = asymmetryText(asymmetry).replace(/^1 : |( : 1)$/g, '');
  if (bias === 'short')
    return t`Within 5 %, longs below outweigh shorts above ${size} times: \
the price is expected to be drawn down. Estimated.`;
  if (bias === 'long')
    return t`Within 5 %, shorts above outweigh longs below ${size} times: \
the price is expected to be drawn up. Estimated.`;
  return asymmetry >= 1
    ? t`Within 5 %, longs below outweigh shorts above ${size} times: too even to favour a side. Estimated.`
    : t`Within 5 %, shorts above outweigh longs below ${size} times: too even to favour a side. Estimated.`;
}

/** Distance and dollars of the nearest cluster on one side. */
function Cluster({ side, cluster }: { side: 'long' | 'short'; cluster: MarketCluster | null }): JSX.Element {
  const isShort = side === 'short';
  if (cluster === null) {
    const why = isShort
      ? t`no cluster of shorts above within 5 % of the price is large enough (rule R2)`
      : t`no cluster of longs below within 5 % of the price is large enough (rule R2)`;
    return (
      <>
        <Unknown why={why} />
        <Unknown why={why} />
      </>
    );
  }
  const distance = formatNumber(cluster.distance_pct, 2);
  const chance = formatPercent(cluster.touch_probability, 0);
  const title = isShort
    ? t`Nearest shorts above: ${distance} % away, ${chance} chance of a touch`
    : t`Nearest longs below: ${distance} % away, ${chance} chance of a touch`;
  return (
    <>
      <td class={`number side-${side}`} title={title}>
        {SIDE_SIGNS[side]} {distance} %
      </td>
      <Inside cluster={cluster} />
    </>
  );
}

/** What is liquidated in a cluster if it is reached; without parameters there are no dollars to tell. */
function Inside({ cluster }: { cluster: MarketCluster }): JSX.Element {
  const { touch_forecast: touch, held_notional_usd: held } = cluster;
  if (touch === null) {
    if (held === null) return <Unknown why={t`no fitted parameters for this market`} />;
    const open = formatMoney(held);
    return (
      <Unknown why={t`no fitted parameters for this market; ${open} of positions are estimated to be open there`} />
    );
  }
  if (touch.inside_usd === null) return <Unknown why={t`no dollars were tested that far from the price`} />;
  const band = touch.inside_band_80 === null ? null : moneyBand(touch.inside_band_80);
  const amount = formatMoney(touch.inside_usd);
  const growth = signedMoney(cluster.growth_usd_per_hour);
  const title =
    band === null
      ? t`${amount} if reached; ${growth} an hour. Estimated.`
      : t`${amount} if reached, 8 of 10 times ${band}; ${growth} an hour. Estimated.`;
  return (
    <td class="number" title={title}>
      {amount}
      {band !== null && <span class="second">{band}</span>}
    </td>
  );
}

/** Chance and growth of the nearer cluster. */
function Nearest({ row }: { row: MarketRow }): JSX.Element {
  const [cluster, side] = [nearestCluster(row), row.nearest_side];
  if (cluster === null || side === null) {
    const why = t`no cluster within 5 % of the price is large enough (rule R2)`;
    return (
      <>
        <Unknown why={why} />
        <Unknown why={why} />
      </>
    );
  }
  const [reached, growth] =
    side === 'short'
      ? [t`Chance that the nearest shorts above are reached`, t`Of the nearest shorts above. Estimated.`]
      : [t`Chance that the nearest longs below are reached`, t`Of the nearest longs below. Estimated.`];
  return (
    <>
      <td class="number" title={reached}>
        <span class={`side-${side}`}>{SIDE_SIGNS[side]}</span> {formatPercent(cluster.touch_probability, 0)}
      </td>
      <td class="number" title={growth}>
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
  const time = newestMs - timeMs < 86_400_000 ? formatClock(timeMs).slice(0, 5) : formatDay(timeMs);
  return t`as of ${time}`;
}

/** 31 Mar, or 31. März: every language of the page has the day before the month. */
function formatDay(timeMs: number): string {
  const parts = zonedFormat('minute').formatToParts(timeMs);
  const at = parts.findIndex(({ type }) => type === 'day');
  return parts
    .slice(at, at + 3)
    .map(({ value }) => value)
    .join('');
}

function toneOf(change: number): string {
  return change > 0 ? 'up' : change < 0 ? 'down' : '';
}
