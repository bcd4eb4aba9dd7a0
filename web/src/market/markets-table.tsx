import type { JSX } from 'preact';
import type { MarketRow } from '../api/decisions';
import { SIDE_SIGNS, formatPercent, formatPrice } from '../ui/format';
import { formatMoney, moneyBand, signedMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { asymmetryText, chartLink, sortRows, type MarketView, type SortName } from './table';

const COLUMNS: readonly (readonly [sort: SortName, label: string, title: string])[] = [
  ['symbol', 'Market', 'Symbol, and the venues in it'],
  ['price', 'Price', 'Last price'],
  ['asymmetry', 'Asymmetry', 'Estimated longs below to shorts above, within 5 % of the price'],
  ['cluster', 'Nearest valid cluster', 'That does not fail on its size, within 5 %'],
  ['distance', 'Distance', 'From the price to its near edge'],
  ['touch', 'Touch', 'Chance that a price without drift touches it within the horizon of the style'],
  ['inside', 'If reached', 'Expected to be liquidated in it if the price gets there within the horizon; 8 of 10 times'],
  ['growth', 'Growth / h', 'Change of what it holds by the hour'],
  ['grade', 'Grade', 'Reliability: volume rank, venues, support'],
];

interface TableProps {
  rows: readonly MarketRow[];
  view: MarketView;
  onSort: (sort: SortName) => void;
}

export function MarketsTable({ rows, view, onSort }: TableProps): JSX.Element {
  return (
    <table class="markets" data-testid="markets">
      <caption class="visually-hidden">All markets, sortable</caption>
      <thead>
        <tr>
          {COLUMNS.map(([sort, label, title]) => (
            <th
              key={sort}
              scope="col"
              aria-sort={sort === view.sort ? view.direction : undefined}
              title={title}
              class={`col-${sort}`}
            >
              <button type="button" data-testid={`sort-${sort}`} onClick={() => onSort(sort)}>
                {label}
                <span class="sort-sign" aria-hidden="true">
                  {sort !== view.sort ? '' : view.direction === 'ascending' ? ' ▲' : ' ▼'}
                </span>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sortRows(rows, view.sort, view.direction).map((row) => (
          <Row key={row.symbol} row={row} view={view} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, view }: { row: MarketRow; view: MarketView }): JSX.Element {
  const side = row.cluster_side;
  return (
    <tr data-testid={`market-${row.symbol}`}>
      <th scope="row">
        <a href={chartLink(row, view.style, view.preset)}>{row.symbol}</a>
        <span class="muted venues">{row.venues.map(venueName).join(', ')}</span>
      </th>
      <td class="number">{formatPrice(row.price)}</td>
      <td class="number">
        {asymmetryText(row.asymmetry)}{' '}
        <span class={`bias bias-${row.bias}`}>
          {row.bias === 'none' ? 'even' : row.bias === 'short' ? '▼ short' : '▲ long'}
        </span>
      </td>
      <td class={side === null ? 'muted' : `side-${side}`}>
        {side === null ? 'none' : `${SIDE_SIGNS[side]} ${side}s ${side === 'long' ? 'below' : 'above'}`}
      </td>
      <td class="number">{orNone(row.distance_pct, (value) => `${value.toFixed(2)} %`)}</td>
      <td class="number">{orNone(row.touch_probability, (value) => formatPercent(value, 0))}</td>
      <td class="number">{insideText(row)}</td>
      <td class="number">{orNone(row.growth_usd_per_hour, signedMoney)}</td>
      <td>
        <abbr
          class={`grade grade-${row.grade}`}
          title={row.grade_reason}
          aria-label={`${row.grade}: ${row.grade_reason}`}
        >
          {row.grade}
        </abbr>
        <span class="grade-reason muted">{row.grade_reason}</span>
      </td>
    </tr>
  );
}

/** What is liquidated in the cluster if it is reached; of a market without parameters there are no dollars to tell. */
function insideText({ touch_forecast: touch }: MarketRow): string {
  if (touch?.inside_usd == null) return '—';
  const { inside_band_80: band } = touch;
  return band === null ? formatMoney(touch.inside_usd) : `${formatMoney(touch.inside_usd)} [${moneyBand(band)}]`;
}

function orNone<T>(value: T | null, write: (value: T) => string): string {
  return value === null ? '—' : write(value);
}
