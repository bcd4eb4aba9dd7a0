import type { JSX } from 'preact';
import { formatMoney, signedMoney } from '../ui/money';
import { netWords } from './delta';
import type { NetText } from './net-pane';

/** What the net line says at the crosshair, or of the newest column, in words. */
export function NetWords({ netUsd, longUsd, shortUsd, band, topPixels }: NetText): JSX.Element {
  const { text, bias } = netWords(netUsd);
  return (
    <div class="net-text number" data-testid="net-text" data-net-usd={netUsd} style={{ top: `${topPixels}px` }}>
      <b>{`Net within ± ${Number((100 * band).toFixed(1))} %`}</b>{' '}
      <b class={bias === 'bearish' ? 'side-long' : 'side-short'}>{signedMoney(netUsd)}</b>
      {` · ${text} `}
      <span class="muted">
        {`(▲ ${formatMoney(shortUsd)} shorts above − ▼ ${formatMoney(longUsd)} longs below, estimated)`}
      </span>
    </div>
  );
}
