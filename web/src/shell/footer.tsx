import { plural, t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { HeatmapHeader } from '../api/types';
import { formatAge, formatTime } from '../ui/format';

/** Data age, model and the notice the chart library asks for. */
export function Footer({ header }: { header: HeatmapHeader | null }): JSX.Element {
  return (
    <>
      <span class="foot-estimate">{t`Modelled estimate, not exchange-reported positions`}</span>
      <a
        href="/accuracy"
        data-testid="accuracy-link"
        title={t`How accurate the map is, beside forecasts without a map`}
      >
        {t`Accuracy`}
      </a>
      <span data-testid="data-age">{header !== null && ageText(header)}</span>
      <span class="foot-model">{header !== null && modelNote(header)}</span>
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

function modelNote({ model_version: version, notes }: HeatmapHeader): string {
  const count = notes.length;
  return t`Model ${version} · ${plural(count, {
    one: '# note on sources in About',
    other: '# notes on sources in About',
  })}`;
}

function ageText({ data_end_ms, origin }: HeatmapHeader): string {
  const time = formatTime(data_end_ms);
  const text = t`Data to ${time}`;
  // A simulated or imported market has an end, not an age.
  return origin === 'venue' ? `${text} · ${formatAge(Date.now() - data_end_ms)}` : text;
}
