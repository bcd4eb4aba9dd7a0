import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Loaded } from '../state/shown';
import { bandsOf } from '../state/state';
import type { Store } from '../state/store';
import { typeOf } from '../state/map-types';
import { Fact, Share, SideTotals } from '../ui/figures';
import { formatAmount, isStrength } from '../ui/amount';
import { formatPrice, measureText } from '../ui/format';
import { formatMoney, formatMoneyExact } from '../ui/money';
import { bandColor } from '../ui/theme';
import { priceText, timeText, valueText, wayText } from './cell-words';
import type { CellFigures } from './figures';
import { LEAST_SUPPORT, bandText } from './model-words';
import type { PointedCell } from './pointed-cell';

const ANNOUNCE_MS = 900;

interface ReadoutProps {
  store: Store;
  map: Loaded | null;
  pointed: PointedCell | null;
}

/** The panel that says what is under the crosshair; nothing before anybody has pointed. */
export function Readout({ store, map, pointed }: ReadoutProps): JSX.Element | null {
  if (pointed === null) return null;
  const { figures } = pointed;
  const isSigned = map !== null && typeOf(map.state.mapType).is_signed;
  const usd = figures === null ? undefined : isSigned ? figures.shortUsd - figures.longUsd : figures.totalUsd;
  const time = timeText(pointed);
  const price = pointed.price === null ? '—' : priceText(pointed.price, map);
  const isLowSupport =
    !isSigned && figures?.band != null && figures.totalUsd > 0 && figures.band.support < LEAST_SUPPORT;
  return (
    <section class="card readout" data-testid="readout" aria-label={t`Under the crosshair`}>
      <div class="readout-main">
        <div
          class="readout-value number"
          data-testid="readout-value"
          data-place={pointed.place}
          data-price={pointed.bucket === null ? undefined : pointed.price}
          data-time-ms={pointed.timeMs}
          data-usd={usd}
        >
          {pointed.place === 'outside' ? '—' : valueText(usd ?? pointed.gridUsd ?? 0, usd !== undefined, isSigned)}
        </div>
        <div class={`readout-precision${isLowSupport ? ' is-low-support' : ''}`}>
          {precisionText(pointed, isSigned, measureText({ measure: map?.header.measure ?? '' }))}
        </div>
      </div>
      <dl class="facts">
        <Fact name={t`Time`}>{time}</Fact>
        <Fact name={t`Price`}>{price}</Fact>
        <Fact name={t`Bucket`}>{pointed.bucket === null ? '—' : bucketText(pointed.bucket)}</Fact>
        {figures?.onTheWay !== undefined && !isStrength() && (
          <Fact name={t`On the way there`}>{wayText(figures.onTheWay)}</Fact>
        )}
        {figures?.usualUsd != null && figures.usualUsd > 0 && (
          <Fact
            name={t`+ usual at this distance`}
            title={t`Liquidated wherever the book stands: it belongs to no one price`}
          >
            {formatMoney(figures.usualUsd)}
          </Fact>
        )}
      </dl>
      <Split figures={figures} />
      <LeverageBands store={store} map={map} figures={figures} />
      <Announced text={figures === null ? '' : announcement(price, time, figures)} />
    </section>
  );
}

function announcement(price: string, time: string, { totalUsd, longUsd, shortUsd }: CellFigures): string {
  const [amount, longs, shorts] = [totalUsd, longUsd, shortUsd].map((usd) => formatAmount(usd));
  return isStrength()
    ? t`${price}, ${time}: estimated strength ${amount}, long ${longs}, short ${shorts}`
    : t`${price}, ${time}: estimated ${amount}, long ${longs}, short ${shorts}`;
}

function bucketText([low, high]: readonly [number, number]): string {
  return `${formatPrice(low)} – ${formatPrice(high)}`;
}

/** What the figure is, and how near it is to the truth of the model. */
function precisionText(pointed: PointedCell, isSigned: boolean, measure: string): string {
  const { place, figures, isOpen, hasFailed } = pointed;
  if (place === 'outside') return t`outside the heatmap`;
  if (hasFailed) return t`estimate from the grid · exact figure not available`;
  if (figures === null) {
    const percent = isSigned ? 4 : 2;
    return isOpen ? t`live column, its bar is open · ± ${percent} %` : t`from the grid, ± ${percent} %`;
  }
  if (isSigned) return t`shorts − longs, ${measure}`;
  const { totalUsd, band } = figures;
  if (band === null) {
    const money = formatMoneyExact(totalUsd);
    return isStrength()
      ? t({
          message: `of 100, ${measure}`,
          comment: 'Below a strength of 0 to 100; measure: “open positions, estimated”',
        })
      : t({ message: `${money} ${measure}`, comment: 'measure: “open positions, estimated”' });
  }
  return bandText(totalUsd, band.lowUsd, band.highUsd, band.support);
}

function Split({ figures }: { figures: CellFigures | null }): JSX.Element {
  const part = (usd: number): string =>
    `${figures !== null && figures.totalUsd > 0 ? (100 * usd) / figures.totalUsd : 0}%`;
  const text = (usd: number | undefined): string => (usd === undefined ? '—' : formatAmount(usd));
  return (
    <div class="split">
      <SideTotals long={text(figures?.longUsd)} short={text(figures?.shortUsd)} />
      <div class="split-bar" aria-hidden="true">
        <i class="split-long" style={{ width: part(figures?.longUsd ?? 0) }} />
        <i class="split-short" style={{ width: part(figures?.shortUsd ?? 0) }} />
      </div>
    </div>
  );
}

function LeverageBands({
  store,
  map,
  figures,
}: {
  store: Store;
  map: Loaded | null;
  figures: CellFigures | null;
}): JSX.Element {
  const leverages = map === null ? [] : bandsOf(store.market, map.state.quantity);
  const bands = figures?.byLeverage ?? (map?.state.leverages ?? leverages).map((leverage) => ({ leverage, usd: 0 }));
  const most = Math.max(...bands.map((band) => band.usd), 0);
  return (
    <div class="bands">
      {bands.map(({ leverage, usd }) => (
        <Share
          key={leverage}
          class="band"
          label={<span class="number">{`${leverage}×`}</span>}
          part={most > 0 ? usd / most : 0}
          color={bandColor(leverage)}
        >
          {figures === null ? '—' : formatAmount(usd)}
        </Share>
      ))}
    </div>
  );
}

/** Told to those who hear the page, once the crosshair has stood still. */
function Announced({ text }: { text: string }): JSX.Element {
  const [said, say] = useState('');
  useEffect(() => {
    if (text === '') return undefined;
    const timer = window.setTimeout(() => say(text), ANNOUNCE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return (
    <div class="visually-hidden" aria-live="polite">
      {said}
    </div>
  );
}
