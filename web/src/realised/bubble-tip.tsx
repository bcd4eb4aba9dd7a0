import { plural, t } from '@lingui/core/macro';
import { signal, type ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { BubbleAtPoint } from '../plugin';
import { Fact, Table } from '../ui/figures';
import { SIDE_SIGNS, formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { placeTip } from '../ui/tip';
import { venueName } from '../ui/venue-name';
import { zoneMark } from '../ui/zone';
import type { LiquidationChart } from '../chart/chart';
import type { Realised } from './realised-events';
import { told } from '../ui/language';

const LISTED = 4;
const MOST_MEANINGS = 3;
const AWAY_PIXELS = 12;

/** The circle under the crosshair; `null` for none. */
export function pointedBubble({
  chart,
  bubbles,
  marginLeft,
}: Pick<LiquidationChart, 'chart' | 'bubbles' | 'marginLeft'>): ReadonlySignal<BubbleAtPoint | null> {
  const pointed = signal<BubbleAtPoint | null>(null);
  chart.subscribeCrosshairMove(({ point }) => {
    const isOverChart = point !== undefined && point.x < marginLeft();
    pointed.value = isOverChart ? bubbles.bubbleAtPoint(point.x, point.y) : null;
  });
  return pointed;
}

/** The box beside a circle: what was liquidated there, and what the venue's figures mean. */
export function BubbleTip({ bubble }: { bubble: BubbleAtPoint | null }): JSX.Element {
  const tip = useRef<HTMLDivElement>(null);
  // Its place depends on its size, which depends on what it says.
  useLayoutEffect(() => {
    if (bubble !== null && tip.current !== null) placeTip(tip.current, bubble, bubble.radius + AWAY_PIXELS);
  });
  return (
    <div ref={tip} class="tip bubble-tip" role="tooltip" data-testid="bubble-tip" hidden={bubble === null}>
      {bubble !== null && <Told {...bubble} />}
    </div>
  );
}

function Told({ events: drawn, isLong, usd }: BubbleAtPoint): JSX.Element {
  const events = drawn as Realised[];
  const side = isLong ? 'long' : 'short';
  const count = events.length;
  const told = isLong
    ? plural(count, { one: 'Long liquidated', other: `${count} longs liquidated` })
    : plural(count, { one: 'Short liquidated', other: `${count} shorts liquidated` });
  return (
    <>
      <div class="tip-head">
        <span class={`side-${side}`}>{`${SIDE_SIGNS[side]} ${told}`}</span>
        <b class="number">{formatMoney(usd)}</b>
      </div>
      {count === 1 ? <One {...events[0]} /> : <Several events={events} />}
      <div class="tip-foot">{t`realised, as the venue reported it`}</div>
    </>
  );
}

function One({ timeMs, price, source }: Realised): JSX.Element {
  const clock = formatClock(timeMs);
  return (
    <dl class="facts">
      <Fact isPlain name={t`Time`}>
        {formatTime(timeMs).replace(clock.slice(0, 5), clock)}
      </Fact>
      <Fact isPlain name={t`Venue`}>
        {venueName(source.venue)}
      </Fact>
      <Fact isPlain name={t`Price`}>
        {formatPrice(price)}
      </Fact>
      <Fact isPlain name={t`Price means`}>
        {source.price_means}
      </Fact>
      <Fact isPlain name={t({ message: 'Captured', comment: 'Which of its liquidations a venue publishes' })}>
        {told(source.capture)}
      </Fact>
    </dl>
  );
}

function Several({ events }: { events: readonly Realised[] }): JSX.Element {
  const times = events.map((event) => event.timeMs);
  const rest = events.length - LISTED;
  const meanings = [
    ...new Set(
      events.map(({ source }) => `${venueName(source.venue)}: ${source.price_means}, ${told(source.capture)}`),
    ),
  ];
  return (
    <>
      <div class="muted number">
        {`${formatClock(Math.min(...times))} – ${formatClock(Math.max(...times))} ${zoneMark(times[0])}`}
      </div>
      <Table>
        {events.slice(0, LISTED).map(({ id, timeMs, price, usd, source }) => (
          <tr key={id}>
            <td class="number">{formatClock(timeMs)}</td>
            <td>{venueName(source.venue)}</td>
            <td class="number">{formatPrice(price)}</td>
            <td class="number">{formatMoney(usd)}</td>
          </tr>
        ))}
      </Table>
      <div class="muted">
        {[
          ...(rest > 0 ? [plural(rest, { one: `and ${rest} smaller`, other: `and ${rest} smaller` })] : []),
          ...meanings.slice(0, MOST_MEANINGS),
        ].join(' · ')}
      </div>
    </>
  );
}
