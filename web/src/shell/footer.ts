import type { Lqh1Header } from '../api/lqh1';
import { element } from '../ui/dom';
import { formatAge, formatTime } from '../ui/format';

/** Data age, model and the notice the chart library asks for. */
export function mountFooter(host: HTMLElement): (header: Lqh1Header) => void {
  const data = element('span', { 'data-testid': 'data-age' });
  const model = element('span', { class: 'foot-model' });
  host.append(
    element('span', { class: 'foot-estimate' }, 'Modelled estimate, not exchange-reported positions'),
    element(
      'a',
      {
        href: '/accuracy',
        'data-testid': 'accuracy-link',
        title: 'How accurate the map is, beside forecasts without a map',
      },
      'Accuracy',
    ),
    data,
    model,
    element(
      'span',
      { class: 'foot-notice' },
      'TradingView Lightweight Charts™ ',
      element('span', { class: 'foot-copyright' }, '© 2025 TradingView, Inc. '),
      element('a', { href: 'https://www.tradingview.com/', target: '_blank', rel: 'noopener' }, 'tradingview.com'),
    ),
  );
  return ({ data_end_ms, model_version, origin, notes }) => {
    // A simulated or imported market has an end, not an age.
    const age = origin === 'venue' ? ` · ${formatAge(Date.now() - data_end_ms)}` : '';
    data.textContent = `Data to ${formatTime(data_end_ms)}${age}`;
    model.textContent = `Model ${model_version} · ${notes.length} notes on sources in About`;
  };
}
