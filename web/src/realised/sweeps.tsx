import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ApiClient, MarketQuery } from '../api/client';
import type { Sweep, SweepsAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { Table } from '../ui/figures';
import { SIDE_SIGNS, formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney, moneyBand } from '../ui/money';
import { zoneMark } from '../ui/zone';

/** What fired within a day, as the server compares it; asked for once somebody looks. */
export class Sweeps {
  /** `null` before the first answer, and where the server has none to give. */
  readonly answer = signal<SweepsAnswer | null>(null);
  private isSeen = false;
  private asked = '';
  private wanted: (MarketQuery & { endMs: number }) | null = null;

  constructor(private readonly api: ApiClient) {}

  show({ symbol, venue }: MarketQuery, endMs: number): void {
    this.wanted = { symbol, venue, endMs };
    if (this.isSeen) void this.ask();
  }

  setSeen(isSeen: boolean): void {
    this.isSeen = isSeen;
    if (isSeen) void this.ask();
  }

  private async ask(): Promise<void> {
    if (this.wanted === null) return;
    const { symbol, venue, endMs } = this.wanted;
    const name = `${symbol} ${venue} ${endMs}`;
    if (name === this.asked) return;
    this.asked = name;
    try {
      const answer = await this.api.sweeps({ symbol, venue });
      if (this.asked === name) this.answer.value = answer;
    } catch (error) {
      // Asked again with the next map, unless the server knows of no such thing.
      if (!isNotOffered(error)) this.asked = '';
      this.answer.value = null;
    }
  }
}

/** How many of some fell inside their band, in a sentence. */
export function tallyWords({ sweeps, n_inside, n_last_hour, why_none }: SweepsAnswer): string {
  if (why_none !== null) return `No comparison: ${why_none}.`;
  if (sweeps.length === 0) return 'No cluster was swept within the last day.';
  const lastHour = n_last_hour > 0 ? `, ${n_last_hour} in its last hour` : '';
  return `${sweeps.length} within the last day${lastHour}. Inside the 8-of-10 range: ${n_inside} of ${sweeps.length}.`;
}

/** Each sweep of the last day: reported beside what was expected before the price came near. */
export function SweepsCard({ answer }: { answer: SweepsAnswer | null }): JSX.Element | null {
  if (answer === null) return null;
  const { sweeps } = answer;
  return (
    <section class="card" aria-label="Swept clusters" data-testid="sweeps">
      <h2>Swept: reported beside expected</h2>
      <p class="muted">{tallyWords(answer)}</p>
      {sweeps.length > 0 && (
        <Table class="fired" head={[zoneMark(Date.now()), 'Cluster', 'Reported', 'Expected', 'Range']}>
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
  const title =
    `${side}s at ${formatPrice(low_price)} – ${formatPrice(high_price)}, forecast of ${formatTime(forecast_ms)}`
    + (in_sample ? ' (the parameters had seen this day)' : '');
  return (
    <tr title={title}>
      <td class="number">{formatClock(time_ms).slice(0, 5)}</td>
      <th scope="row" class={`number side-${side}`}>
        {`${SIDE_SIGNS[side]} ${formatPrice(side === 'long' ? high_price : low_price)}`}
      </th>
      <td class="number">{formatMoney(reported_usd)}</td>
      <td class="number">{`${formatMoney(expected_usd)} [${moneyBand(band_80)}]`}</td>
      <td class={outcome === 'inside' ? 'rise' : 'fall'}>{outcome}</td>
    </tr>
  );
}
