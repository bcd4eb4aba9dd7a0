import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { MarketRow, Style } from '../api/decisions';
import { COLUMNS } from './columns';
import { Row } from './market-row';
import { ROW_PX, windowOf } from './rows-window';
import type { MarketView, SortName } from './table';

/** What of the rows is in view: whole rows above, and the height of the box. */
const rowsAbove = signal(0);
const heightPx = signal(900);

interface TableProps {
  rows: readonly MarketRow[];
  /** End of the newest data, UTC epoch milliseconds. */
  newestMs: number;
  view: MarketView;
  notesOf: (row: MarketRow) => readonly string[];
  onSort: (sort: SortName) => void;
  onExplain: () => void;
}

/** The table in a box of its own that scrolls; of many rows only those in view are in the page. */
export function MarketsTable({ rows, newestMs, view, notesOf, onSort, onExplain }: TableProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => (heightPx.value = node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  // Another order or another choice of rows is read from its top.
  const { sort, direction, filter, favourites } = view;
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [sort, direction, filter, favourites]);
  // A row that is no longer in the page must not take the keyboard's place with it.
  const hadFocus = useRef(false);
  hadFocus.current = box.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  });
  const { first, end } = windowOf(rows.length, rowsAbove.value * ROW_PX, heightPx.value);
  return (
    <div
      ref={box}
      class="market-scroller"
      tabIndex={0}
      role="region"
      aria-label={t`Table of markets`}
      onScroll={({ currentTarget }) => (rowsAbove.value = Math.floor(currentTarget.scrollTop / ROW_PX))}
    >
      <table class="markets" data-testid="markets" aria-rowcount={rows.length + 1}>
        <caption class="visually-hidden">
          {t`Markets, sortable. Amounts in USD. Clusters, asymmetry and dollars if reached are estimated.`}
        </caption>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <Head key={column.sort} column={column} view={view} onSort={onSort} onExplain={onExplain} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap nRows={first} />
          {rows.slice(first, end).map((row, at) => (
            <Row
              key={`${row.symbol} ${row.venues.join(' ')}`}
              row={row}
              at={first + at}
              view={view}
              newestMs={newestMs}
              notes={notesOf(row)}
            />
          ))}
          <Gap nRows={rows.length - end} />
        </tbody>
      </table>
    </div>
  );
}

/** Room for rows that are not in view. */
function Gap({ nRows }: { nRows: number }): JSX.Element | null {
  if (nRows <= 0) return null;
  return (
    <tr aria-hidden="true" class="gap">
      <td colSpan={COLUMNS.length} style={{ height: `${nRows * ROW_PX}px` }} />
    </tr>
  );
}

interface HeadProps extends Pick<TableProps, 'view' | 'onSort' | 'onExplain'> {
  column: (typeof COLUMNS)[number];
}

function Head({ column, view, onSort, onExplain }: HeadProps): JSX.Element {
  const { sort, label, unit, side } = column;
  const isSorted = sort === view.sort;
  return (
    <th scope="col" class={`col-${sort}`} aria-sort={isSorted ? view.direction : undefined}>
      <button
        type="button"
        class="sort"
        title={column.explains(view.style)}
        data-testid={`sort-${sort}`}
        onClick={() => onSort(sort)}
      >
        <span class={side && `side-${side}`}>{label}</span>
        <span class="second">
          {unit}
          <span class="sort-sign" aria-hidden="true">
            {!isSorted ? '' : view.direction === 'ascending' ? ' ▲' : ' ▼'}
          </span>
        </span>
      </button>
      {sort === 'asymmetry' && (
        <button
          type="button"
          class="explain"
          aria-label={t`What asymmetry is`}
          title={column.explains(view.style)}
          data-testid="explain-asymmetry"
          onClick={onExplain}
        >
          ?
        </button>
      )}
    </th>
  );
}

/** All columns in words. */
export function Glossary({ style }: { style: Style }): JSX.Element {
  return (
    <dl class="glossary">
      {COLUMNS.map(({ sort, label, unit, explains }) => (
        <div key={sort}>
          <dt>
            {label} <span class="muted">{unit}</span>
          </dt>
          <dd>{explains(style)}</dd>
        </div>
      ))}
    </dl>
  );
}
