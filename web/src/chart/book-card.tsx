import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { CardHead } from '../ui/figures';
import { formatPrice, formatShortAge } from '../ui/format';
import { formatMoney } from '../ui/money';
import type { Book } from './depth-layer';

/** Older than this a book says nothing about now (rule R4). */
const FRESH_MS = 5000;
const NEAR = 0.01;
const MOST_WALLS = 4;

/** What rests within a part of the price, on each side. */
export function restingWithin(
  { bids, asks, price }: Pick<Book, 'bids' | 'asks' | 'price'>,
  part: number,
): [number, number] {
  const sum = (side: readonly [number, number][]): number =>
    side.reduce((total, [at, usd]) => (Math.abs(at / price - 1) <= part ? total + usd : total), 0);
  return [sum(bids), sum(asks)];
}

/** The order book in words; where there is none, why. */
export function BookCard({ book, isShown }: { book: Book | string | null; isShown: boolean }): JSX.Element {
  return (
    <section
      class="card book"
      aria-label={t`Order book`}
      data-testid="book"
      hidden={book === null || (typeof book !== 'string' && !isShown)}
    >
      {typeof book === 'string' ? (
        <p class="muted" data-testid="no-book">
          {book}
        </p>
      ) : (
        book !== null && <Resting {...book} />
      )}
    </section>
  );
}

function Resting(book: Book): JSX.Element {
  const [bidUsd, askUsd] = restingWithin(book, NEAR);
  const isOld = book.age_ms > FRESH_MS;
  const age = formatShortAge(book.age_ms);
  const most = Math.max(bidUsd, askUsd, 1);
  return (
    <>
      <CardHead
        heading={t`Order book · resting now`}
        badge={isOld ? t`${age} old: stale` : t`${age} old`}
        isOld={isOld}
      />
      <div class="split-texts">
        <span>
          {t`Bids − 1 %`} <b class="number">{formatMoney(bidUsd)}</b>
        </span>
        <span>
          {t`Asks + 1 %`} <b class="number">{formatMoney(askUsd)}</b>
        </span>
      </div>
      <div class="book-bars" aria-hidden="true">
        <i class="book-bids" style={{ width: `${(100 * bidUsd) / most}%` }} />
        <i class="book-asks" style={{ width: `${(100 * askUsd) / most}%` }} />
      </div>
      {book.walls.length === 0 ? <p class="muted">{t`No walls.`}</p> : <Walls {...book} />}
    </>
  );
}

function Walls({ walls, price: bookPrice }: Pick<Book, 'walls' | 'price'>): JSX.Element {
  const largest = [...walls].sort((a, b) => b.resting_usd - a.resting_usd).slice(0, MOST_WALLS);
  return (
    <ul class="walls" data-testid="walls">
      {largest.map(({ price, resting_usd, multiple_of_median }) => {
        const place = formatPrice(price);
        const multiple = Math.round(multiple_of_median ?? 0);
        return (
          <li key={price}>
            <span class="number">{price < bookPrice ? t`bid wall ${place}` : t`ask wall ${place}`}</span>
            <span class="number">
              {formatMoney(resting_usd)
                + (multiple_of_median === null
                  ? ''
                  : ` · ${t({ message: `× ${multiple} median`, comment: 'How often the median level of the book' })}`)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
