import type { JSX } from 'preact';
import { formatAmount, signedAmount } from '../ui/amount';
import { netWords } from './delta';
import type { NetText } from './net-pane';

/** What the net line says at the crosshair, or of the newest column, in words. */
export function NetWords({ netUsd, longUsd, shortUsd, mostUsd, band, topPixels }: NetText): JSX.Element {
  const { text, bias } = netWords(netUsd);
  return (
    <div class="net-text number" data-testid="net-text" data-net-usd={netUsd} style={{ top: `${topPixels}px` }}>
      <b>{`Net within ± ${Number((100 * band).toFixed(1))} %`}</b>{' '}
      <b class={bias === 'bearish' ? 'side-long' : 'side-short'}>{signedAmount(netUsd, mostUsd)}</b>
      {` · ${text} `}
      <span class="muted">
        {`(▲ ${formatAmount(shortUsd, mostUsd)} shorts above`}
        {` − ▼ ${formatAmount(longUsd, mostUsd)} longs below, estimated)`}
      </span>
    </div>
  );
}
