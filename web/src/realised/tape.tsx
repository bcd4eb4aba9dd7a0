import type { JSX } from 'preact';
import { CardHead, SideTotals, Table } from '../ui/figures';
import { SIDE_SIGNS, formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { zoneMark } from '../ui/zone';
import { totalsOf, type Realised } from './realised-events';
import type { RealisedShown } from './realised-layer';

const ROWS = 50;

/** The last realised liquidations, as venues reported them: nothing estimated stands in this card. */
export function Tape({ realised }: { realised: RealisedShown | null }): JSX.Element {
  return (
    <section class="card tape-card" data-testid="tape" aria-label="Realised liquidations" hidden={realised === null}>
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
      <CardHead heading="Liquidations · realised" badge="reported by venues" />
      <SideTotals testId="tape-totals" long={formatMoney(longUsd)} short={formatMoney(shortUsd)} isPlural />
      <div class="tape-scroller" tabIndex={0} role="region" aria-label="Last realised liquidations">
        <Table class="tape" head={[zoneMark(Date.now()), 'Venue', 'Price', 'Value']} testId="tape-rows">
          {last.map((event) => (
            <Row key={event.id} {...event} />
          ))}
          {last.length === 0 && (
            <tr>
              <td colSpan={4} class="muted tape-empty">
                None reported in this view yet
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
  const title =
    `${formatTime(timeMs)} · ${side} position liquidated`
    + ` · price: ${source.price_means} · captured: ${source.capture}`;
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
  const rules = Object.entries(capture).map(([venue, rule]) => `${venueName(venue)}: ${rule}`);
  return [
    events.length > 0 && `Largest circle ≥ ${formatMoney(largestUsd)}.`,
    rules.length > 0 && `Captured: ${rules.join(' · ')}.`,
    isTruncated && 'Older ones of this view are left out.',
  ]
    .filter(Boolean)
    .join(' ');
}
