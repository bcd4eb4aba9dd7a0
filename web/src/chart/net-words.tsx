import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { formatAmount, signedAmount } from '../ui/amount';
import { netWords } from './delta';
import type { NetText } from './net-pane';
import { formatShortNumber } from '../ui/format';

/** What the net line says at the crosshair, or of the newest column, in words. */
export function NetWords({ netUsd, longUsd, shortUsd, mostUsd, band, topPixels }: NetText): JSX.Element {
  const { text, bias } = netWords(netUsd);
  const percent = formatShortNumber(100 * band, 1);
  const [longs, shorts] = [formatAmount(longUsd, mostUsd), formatAmount(shortUsd, mostUsd)];
  return (
    <div class="net-text number" data-testid="net-text" data-net-usd={netUsd} style={{ top: `${topPixels}px` }}>
      <b>{t`Net within ± ${percent} %`}</b>{' '}
      <b class={bias === 'bearish' ? 'side-long' : 'side-short'}>{signedAmount(netUsd, mostUsd)}</b>
      {` · ${text} `}
      <span class="muted">{t`(▲ ${shorts} shorts above − ▼ ${longs} longs below, estimated)`}</span>
    </div>
  );
}
