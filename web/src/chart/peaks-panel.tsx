import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { ProfileAnswer } from '../api/types';
import { Table } from '../ui/figures';
import { formatAmount, isStrength } from '../ui/amount';
import { SIDE_SIGNS, formatPrice, formatSignedPercent } from '../ui/format';
import { findPeaks, within } from './peaks';

const PEAKS_PER_SIDE = 3;
const BANDS = [0.02, 0.05, 0.1];

/** What lies near the price now, as text and tables: the part of the map a screen reader can read. */
export function PeaksPanel({ profile }: { profile: ProfileAnswer | null }): JSX.Element {
  return (
    <section class="card peaks" aria-label={t`Near the price now`} data-testid="peaks">
      <h2>{t`Near the price now`}</h2>
      <div>
        {profile === null ? <p class="muted">{t`No static map for this view.`}</p> : <Tables profile={profile} />}
      </div>
    </section>
  );
}

function Tables({ profile }: { profile: ProfileAnswer }): JSX.Element {
  const sums = BANDS.map((band) => [band, ...within(profile, band)] as const);
  const peaks = findPeaks(profile, PEAKS_PER_SIDE);
  const mostUsd = Math.max(...sums.flatMap(([, ...sides]) => sides));
  const peakUsd = Math.max(...peaks.map(({ usd }) => usd));
  return (
    <>
      <Table
        head={[
          t({ message: 'Within', comment: 'Heads a column of distances: ± 2 %' }),
          [t`▼ Longs below`, 'long'],
          [t`▲ Shorts above`, 'short'],
        ]}
      >
        {sums.map(([band, longUsd, shortUsd]) => (
          <tr key={band}>
            <th scope="row">{`± ${100 * band} %`}</th>
            <td class="number side-long">{formatAmount(longUsd, mostUsd)}</td>
            <td class="number side-short">{formatAmount(shortUsd, mostUsd)}</td>
          </tr>
        ))}
      </Table>
      <Table head={[t`Densest levels`, t`Distance`, isStrength() ? t`Strength` : t`Estimated`]}>
        {peaks.map(({ side, peakPrice, distance, usd }) => (
          <tr key={`${side} ${peakPrice}`}>
            <th scope="row" class={`side-${side}`}>
              {`${SIDE_SIGNS[side]} ${formatPrice(peakPrice)}`}
            </th>
            <td class="number">{formatSignedPercent(distance, 2)}</td>
            <td class="number">{formatAmount(usd, peakUsd)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
