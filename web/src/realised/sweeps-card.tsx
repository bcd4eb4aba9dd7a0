import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { Sweep, SweepsAnswer } from '../api/decisions';
import { Table } from '../ui/figures';
import { SIDE_SIGNS, formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney, moneyBand } from '../ui/money';
import { zoneMark } from '../ui/zone';

const OUTCOMES: Record<Sweep['outcome'], string> = {
  inside: t({ message: 'inside', context: 'what was reported, beside its range' }),
  above: t({ message: 'above', context: 'what was reported, beside its range' }),
  below: t({ message: 'below', context: 'what was reported, beside its range' }),
};

/** How many of some fell inside their band, in a sentence. */
export function tallyWords({ sweeps, n_inside: inside, n_last_hour: late, why_none: reason }: SweepsAnswer): string {
  if (reason !== null) return t`No comparison: ${reason}.`;
  const count = sweeps.length;
  if (count === 0) return t`No cluster was swept within the last day.`;
  const swept =
    late > 0
      ? t({ message: `${count} within the last day, ${late} in its last hour.`, comment: 'Of swept clusters' })
      : t({ message: `${count} within the last day.`, comment: 'Of swept clusters' });
  return `${swept} ${t`Inside the 8-of-10 range: ${inside} of ${count}.`}`;
}

/** Each sweep of the last day: reported beside what was expected before the price came near. */
export function SweepsCard({ answer }: { answer: SweepsAnswer | null }): JSX.Element | null {
  if (answer === null) return null;
  const { sweeps } = answer;
  return (
    <section class="card" aria-label={t`Swept clusters`} data-testid="sweeps">
      <h2>{t`Swept: reported beside expected`}</h2>
      <p class="muted">{tallyWords(answer)}</p>
      {sweeps.length > 0 && (
        <Table
          class="fired"
          head={[
            zoneMark(Date.now()),
            t`Cluster`,
            t`Reported`,
            t`Expected`,
            t({ message: 'Range', context: 'of what is expected' }),
          ]}
        >
          {[...sweeps].reverse().map((sweep) => (
            <Row key={`${sweep.time_ms} ${sweep.low_price}`} {...sweep} />
          ))}
        </Table>
      )}
    </section>
  );
}

function Row({ time_ms, forecast_ms, side, low_price, high_price, ...sweep }: Sweep): JSX.Element {
  const { reported_usd, expected_usd, band_80, in_sample, outcome } = sweep;
  const [low, high, time] = [formatPrice(low_price), formatPrice(high_price), formatTime(forecast_ms)];
  const title =
    side === 'long'
      ? t`longs at ${low} – ${high}, forecast of ${time}`
      : t`shorts at ${low} – ${high}, forecast of ${time}`;
  return (
    <tr title={in_sample ? `${title} ${t`(the parameters had seen this day)`}` : title}>
      <td class="number">{formatClock(time_ms).slice(0, 5)}</td>
      <th scope="row" class={`number side-${side}`}>
        {`${SIDE_SIGNS[side]} ${formatPrice(side === 'long' ? high_price : low_price)}`}
      </th>
      <td class="number">{formatMoney(reported_usd)}</td>
      <td class="number">{`${formatMoney(expected_usd)} [${moneyBand(band_80)}]`}</td>
      <td class={outcome === 'inside' ? 'rise' : 'fall'}>{OUTCOMES[outcome]}</td>
    </tr>
  );
}
