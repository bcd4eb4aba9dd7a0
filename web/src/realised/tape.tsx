import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { CardHead, SideTotals, Table } from '../ui/figures';
import { SIDE_SIGNS, formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { zoneMark } from '../ui/zone';
import { totalsOf, type Realised } from './realised-events';
import type { RealisedShown } from './realised-layer';
import { told } from '../ui/language';

const ROWS = 50;

/** The last realised liquidations, as venues reported them: nothing estimated stands in this card. */
export function Tape({ realised }: { realised: RealisedShown | null }): JSX.Element {
  return (
    <section class="card tape-card" data-testid="tape" aria-label={t`Realised liquidations`} hidden={realised === null}>
      {realised !== null && <Reported {...realised} />}
    </section>
  );
}

function Reported(realised: RealisedShown): JSX.Element {
  const { longUsd, shortUsd } = totalsOf(realised.events);
  const last = realised.events.slice(-ROWS).reverse();
  const notes = notesOf(realised);
  return (
    <>
      <CardHead heading={t`Liquidations · realised`} badge={t`reported by venues`} />
      <SideTotals testId="tape-totals" long={formatMoney(longUsd)} short={formatMoney(shortUsd)} isPlural />
      <div class="tape-scroller" tabIndex={0} role="region" aria-label={t`Last realised liquidations`}>
        <Table class="tape" head={[zoneMark(Date.now()), t`Venue`, t`Price`, t`Value`]} testId="tape-rows">
          {last.map((event) => (
            <Row key={event.id} {...event} />
          ))}
          {last.length === 0 && (
            <tr>
              <td colSpan={4} class="muted tape-empty">
                {t`None reported in this view yet`}
              </td>
            </tr>
          )}
        </Table>
      </div>
      <p class="honesty" title={notes}>
        {notes}
      </p>
    </>
  );
}

function Row({ timeMs, isLong, price, usd, source }: Realised): JSX.Element {
  const side = isLong ? 'long' : 'short';
  const meaning = source.price_means;
  const rule = told(source.capture);
  const title = [
    formatTime(timeMs),
    isLong ? t`long position liquidated` : t`short position liquidated`,
    t({ message: `price: ${meaning}`, comment: 'Which price a venue publishes of a liquidation' }),
    t`captured: ${rule}`,
  ].join(' · ');
  return (
    <tr title={title}>
      <td class="number">{formatClock(timeMs)}</td>
      <td>{venueName(source.venue)}</td>
      <td class={`number side-${side}`}>{`${SIDE_SIGNS[side]} ${formatPrice(price)}`}</td>
      <td class="number tape-value">{formatMoney(usd)}</td>
    </tr>
  );
}

function notesOf({ events, largestUsd, capture, isTruncated }: RealisedShown): string {
  const largest = formatMoney(largestUsd);
  const rules = Object.entries(capture)
    .map(([venue, rule]) => `${venueName(venue)}: ${told(rule)}`)
    .join(' · ');
  return [
    events.length > 0 && t`Largest circle ≥ ${largest}.`,
    rules !== '' && t`Captured: ${rules}.`,
    isTruncated && t`Older ones of this view are left out.`,
  ]
    .filter(Boolean)
    .join(' ');
}
