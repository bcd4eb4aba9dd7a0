import type { BubbleAtPoint } from '../plugin';
import { element } from '../ui/dom';
import { formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import type { LiquidationChart } from '../chart/chart';
import type { Realised } from './realised-events';

const LISTED = 4;
const AWAY_PIXELS = 12;

/** The box beside a circle: what was liquidated there, and what the venue's figures mean. */
export function mountBubbleTip(host: HTMLElement, view: LiquidationChart): void {
  const tip = element('div', { class: 'bubble-tip', role: 'tooltip', 'data-testid': 'bubble-tip', hidden: true });
  host.append(tip);
  let shown = '';
  view.chart.subscribeCrosshairMove(({ point }) => {
    const bubble = point === undefined ? null : view.bubbles.bubbleAtPoint(point.x, point.y);
    tip.hidden = bubble === null;
    if (bubble === null) return;
    const key = `${bubble.x}|${bubble.y}|${bubble.events.length}|${formatMoney(bubble.usd)}`;
    if (key !== shown) tip.replaceChildren(...contentOf(bubble));
    shown = key;
    const isLeft = bubble.x > host.clientWidth / 2;
    const x = isLeft
      ? bubble.x - bubble.radius - AWAY_PIXELS - tip.offsetWidth
      : bubble.x + bubble.radius + AWAY_PIXELS;
    const y = Math.min(Math.max(4, bubble.y - tip.offsetHeight / 2), host.clientHeight - tip.offsetHeight - 4);
    // A phone is narrower than the tip and its place beside the bubble: it then covers the bubble.
    tip.style.left = `${Math.max(4, Math.min(x, host.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y}px`;
  });
}

function contentOf(bubble: BubbleAtPoint): HTMLElement[] {
  const events = bubble.events as Realised[];
  const side = bubble.isLong ? 'long' : 'short';
  const count =
    events.length === 1
      ? `${bubble.isLong ? '▼ Long' : '▲ Short'} liquidated`
      : `${bubble.isLong ? '▼' : '▲'} ${events.length} ${side}s liquidated`;
  const head = element(
    'div',
    { class: 'tip-head' },
    element('span', { class: `side-${side}` }, count),
    element('b', { class: 'number' }, formatMoney(bubble.usd)),
  );
  const [first] = events;
  if (events.length === 1) {
    return [
      head,
      element(
        'dl',
        { class: 'facts' },
        fact('Time', formatTime(first.timeMs).replace(' UTC', `:${formatClock(first.timeMs).slice(6)} UTC`)),
        fact('Venue', venueName(first.source.venue)),
        fact('Price', formatPrice(first.price)),
        fact('Price means', first.source.price_means),
        fact('Captured', first.source.capture),
      ),
      realised(),
    ];
  }
  const times = events.map((event) => event.timeMs);
  const span = `${formatClock(Math.min(...times))} – ${formatClock(Math.max(...times))} UTC`;
  const rest = events.length - LISTED;
  const meanings = [
    ...new Set(events.map(({ source }) => `${venueName(source.venue)}: ${source.price_means}, ${source.capture}`)),
  ];
  return [
    head,
    element('div', { class: 'muted number' }, span),
    element(
      'table',
      { class: 'table' },
      element(
        'tbody',
        {},
        ...events
          .slice(0, LISTED)
          .map((event) =>
            element(
              'tr',
              {},
              element('td', { class: 'number' }, formatClock(event.timeMs)),
              element('td', {}, venueName(event.source.venue)),
              element('td', { class: 'number' }, formatPrice(event.price)),
              element('td', { class: 'number' }, formatMoney(event.usd)),
            ),
          ),
      ),
    ),
    element(
      'div',
      { class: 'muted' },
      `${rest > 0 ? `and ${rest} smaller · ` : ''}${meanings.slice(0, 3).join(' · ')}`,
    ),
    realised(),
  ];
}

function realised(): HTMLElement {
  return element('div', { class: 'tip-foot' }, 'realised, as the venue reported it');
}

function fact(name: string, value: string): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', { class: 'number' }, value));
}
