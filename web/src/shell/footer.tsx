import type { JSX } from 'preact';
import type { HeatmapHeader } from '../api/types';
import { formatAge, formatTime } from '../ui/format';

/** Data age, model and the notice the chart library asks for. */
export function Footer({ header }: { header: HeatmapHeader | null }): JSX.Element {
  return (
    <>
      <span class="foot-estimate">Modelled estimate, not exchange-reported positions</span>
      <a href="/accuracy" data-testid="accuracy-link" title="How accurate the map is, beside forecasts without a map">
        Accuracy
      </a>
      <span data-testid="data-age">{header !== null && ageText(header)}</span>
      <span class="foot-model">
        {header !== null && `Model ${header.model_version} · ${header.notes.length} notes on sources in About`}
      </span>
      <span class="foot-notice">
        {'TradingView Lightweight Charts™ '}
        <span class="foot-copyright">{'© 2025 TradingView, Inc. '}</span>
        <a href="https://www.tradingview.com/" target="_blank" rel="noopener">
          tradingview.com
        </a>
      </span>
    </>
  );
}

function ageText({ data_end_ms, origin }: HeatmapHeader): string {
  // A simulated or imported market has an end, not an age.
  const age = origin === 'venue' ? ` · ${formatAge(Date.now() - data_end_ms)}` : '';
  return `Data to ${formatTime(data_end_ms)}${age}`;
}
