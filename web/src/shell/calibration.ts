import { t } from '@lingui/core/macro';

const TRANSFERRED = 'transferred from ';

/** What the server says of how figures were calibrated, in the page's language. */
export function calibrationWord(status: string): string {
  if (status === 'uncalibrated') return t`uncalibrated`;
  if (status === 'calibrated') return t`calibrated`;
  if (status === 'transferred') return t`transferred`;
  if (!status.startsWith(TRANSFERRED)) return status;
  const symbol = status.slice(TRANSFERRED.length);
  return t`transferred from ${symbol}`;
}
