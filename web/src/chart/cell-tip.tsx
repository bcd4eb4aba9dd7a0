import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Loaded } from '../state/shown';
import { typeOf } from '../state/map-types';
import { formatAmount, isStrength } from '../ui/amount';
import { Fact } from '../ui/figures';
import { SIDE_SIGNS } from '../ui/format';
import { moneyBand } from '../ui/money';
import { bandColor } from '../ui/theme';
import { placeTip } from '../ui/tip';
import type { CellFigures } from './figures';
import { priceText, timeText, valueText, wayText } from './cell-words';
import type { Point, PointedCell } from './pointed-cell';

const AWAY_PIXELS = 18;

interface CellTipProps {
  map: Loaded | null;
  pointed: PointedCell | null;
  /** `null` outside the chart. */
  at: Point | null;
}

/** The box at the cursor: what is expected there, how sure that is, and of whom. */
export function CellTip({ map, pointed, at }: CellTipProps): JSX.Element {
  const tip = useRef<HTMLDivElement>(null);
  const isShown = at !== null && map !== null && pointed !== null && pointed.place !== 'outside';
  // Its place depends on its size, which depends on what it says.
  useLayoutEffect(() => {
    if (isShown && tip.current !== null) placeTip(tip.current, at, AWAY_PIXELS);
  });
  return (
    <div ref={tip} class="tip cell-tip" aria-hidden="true" data-testid="cell-tip" hidden={!isShown}>
      {isShown && <Told map={map} pointed={pointed} />}
    </div>
  );
}

function Told({ map, pointed }: { map: Loaded; pointed: PointedCell }): JSX.Element {
  const { figures, gridUsd } = pointed;
  const isSigned = pointed.place === 'heat' && typeOf(map.state.mapType).is_signed;
  const usd = figures === null ? null : isSigned ? figures.shortUsd - figures.longUsd : figures.totalUsd;
  const isBandKnown = !isSigned && figures?.band != null && !isStrength() && figures.totalUsd > 0;
  return (
    <>
      <div class="tip-head">
        <b class="number">{valueText(usd ?? gridUsd ?? 0, usd !== null, isSigned)}</b>
        <span class="muted">
          {isStrength()
            ? t({ message: 'strength', comment: 'After a figure of 0 to 100' })
            : isSigned
              ? t`shorts − longs`
              : t({ message: 'expected', comment: 'After an amount of liquidations' })}
        </span>
      </div>
      <dl class="facts">
        {isBandKnown && figures.band !== null && (
          <Fact isPlain name={t`8 of 10 times`}>
            {moneyBand([figures.band.lowUsd, figures.band.highUsd])}
          </Fact>
        )}
        <Fact isPlain name={t`Price`}>
          {pointed.price === null ? '—' : priceText(pointed.price, map)}
        </Fact>
        <Fact isPlain name={t`Time`}>
          {timeText(pointed)}
        </Fact>
        {figures?.onTheWay !== undefined && !isStrength() && (
          <Fact isPlain name={t`On the way there`}>
            {wayText(figures.onTheWay)}
          </Fact>
        )}
      </dl>
      {figures !== null && figures.totalUsd > 0 && <Split figures={figures} />}
    </>
  );
}

/** Whose positions: the side where there is one only, and each leverage's part. */
function Split({ figures: { longUsd, shortUsd, totalUsd, byLeverage } }: { figures: CellFigures }): JSX.Element {
  return (
    <>
      <div class="tip-bar">
        {byLeverage.map(({ leverage, usd }) => (
          <i key={leverage} style={{ width: `${(100 * usd) / totalUsd}%`, background: bandColor(leverage) }} />
        ))}
      </div>
      <div class="tip-parts number">
        {byLeverage
          .filter(({ usd }) => usd > 0.005 * totalUsd)
          .map(({ leverage, usd }) => (
            <span key={leverage}>{`${leverage}× ${formatAmount(usd)}`}</span>
          ))}
      </div>
      {longUsd > 0 && shortUsd > 0 && (
        <div class="tip-parts number">
          <span class="side-long">{`${SIDE_SIGNS.long} ${formatAmount(longUsd)}`}</span>
          <span class="side-short">{`${SIDE_SIGNS.short} ${formatAmount(shortUsd)}`}</span>
        </div>
      )}
    </>
  );
}
