import type { PrimitiveHoveredItem } from 'lightweight-charts';
import { layOutBands, type BandBox } from './bands-layout.js';
import { drawLine, drawWords } from './canvas.js';
import { readCandlePositions } from './candle-positions.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import { logicalsOf, shortestStep, type CandlePositions } from './time-lookup.js';
import type { PriceBand, PriceBandOptions } from './types.js';

const DEFAULT_OPTIONS: PriceBandOptions = {
  visible: true,
  marginPixels: 0,
  gutterPixels: 104,
  chosenId: null,
  textColor: '#f4f7fc',
  litTextColor: '#0b0e14',
  backgroundColor: 'rgba(11, 14, 20, 0.84)',
  fontFamily: 'system-ui, sans-serif',
};
const LABEL_HEIGHT = 19;
const FONT_PIXELS = 11;
const BRACKET_PIXELS = 6;
/** Between the gutter's edge and the bracket. */
const EDGE_PIXELS = 3;
const REACH_PIXELS = 5;
const USUAL_STEP_MS = 60_000;

interface Drawn extends BandBox {
  band: PriceBand;
  labelWidth: number;
}

/**
 * Ranges of prices marked with a bracket and a label in a gutter at the right; the chosen one and the one pointed at
 * are drawn in full, over the candles.
 */
export class LiquidationBands extends ChartPrimitive<PriceBandOptions> {
  #bands: readonly PriceBand[] = [];
  #hoveredId: string | null = null;
  #drawn: readonly Drawn[] = [];
  #gutterLeft = 0;
  #positions: CandlePositions | null = null;

  constructor(options: Partial<PriceBandOptions> = {}) {
    super(DEFAULT_OPTIONS, options);
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const id = this.bandAtPoint(x, y);
    return id === null
      ? null
      : { externalId: `band-${id}`, zOrder: 'normal', cursorStyle: 'pointer', hitTestPriority: 2 };
  }

  setBands(bands: readonly PriceBand[]): void {
    this.#bands = bands;
    this.changed();
  }

  /** The bands that are marked, in no order. */
  shownBands(): readonly PriceBand[] {
    return this.#bands;
  }

  /** Shows a band in full without choosing it. */
  setHovered(id: string | null): void {
    if (id === this.#hoveredId) return;
    this.#hoveredId = id;
    this.changed();
  }

  /** The band whose label or bracket is under a point of the pane, as last drawn. */
  bandAtPoint(x: number, y: number): string | null {
    if (!this.currentOptions.visible) return null;
    const onLabel = this.#drawn.find(
      ({ labelY, labelWidth }) =>
        labelY !== null
        && Math.abs(y - labelY) <= LABEL_HEIGHT / 2
        && x >= this.#gutterLeft
        && x <= this.#gutterLeft + labelWidth,
    );
    const onBracket =
      onLabel
      ?? this.#drawn.find(
        ({ top, bottom }) =>
          Math.abs(x - this.#gutterLeft - EDGE_PIXELS) <= BRACKET_PIXELS + REACH_PIXELS
          && y >= top - REACH_PIXELS
          && y <= bottom + REACH_PIXELS,
      );
    return onBracket?.id ?? null;
  }

  protected override candlesChanged(): void {
    this.#positions = null;
  }

  #startX({ startMs }: PriceBand, { chart, series }: Attached): number {
    const scale = this.horizontalScale();
    if (scale === null) return 0;
    this.#positions ??= readCandlePositions(chart, series);
    const stepMs = shortestStep(this.#positions.timesMs) ?? USUAL_STEP_MS;
    const [logical] = logicalsOf(Float64Array.of(startMs), this.#positions, stepMs);
    return Math.max(0, scale.originX + logical * scale.spacing);
  }

  protected override painter(param: Attached): Paint | null {
    const bands = this.#bands;
    const options = this.currentOptions;
    if (bands.length === 0) {
      this.#drawn = [];
      return null;
    }
    return (target) =>
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        context.save();
        context.font = `600 ${FONT_PIXELS}px ${options.fontFamily}`;
        this.#layOut(param, context, mediaSize.width, mediaSize.height);
        const isLit = ({ id }: Drawn): boolean => id === options.chosenId || id === this.#hoveredId;
        for (const one of this.#drawn.filter(isLit)) {
          drawBand(
            context,
            one,
            this.#startX(one.band, param),
            this.#gutterLeft,
            param.series.priceToCoordinate(one.band.peakPrice),
          );
        }
        for (const one of this.#drawn) drawBracket(context, one, this.#gutterLeft + EDGE_PIXELS, isLit(one));
        const left = this.#gutterLeft + EDGE_PIXELS + BRACKET_PIXELS + 7;
        for (const one of this.#drawn) {
          const { backgroundColor, textColor, litTextColor } = options;
          const colors = isLit(one)
            ? ([litTextColor, one.band.color] as const)
            : ([textColor, backgroundColor] as const);
          if (one.labelY !== null) drawWords(context, one.band.label, [left, one.labelY], colors);
        }
        context.restore();
      });
  }

  #layOut({ series }: Attached, context: CanvasRenderingContext2D, width: number, height: number): void {
    const { marginPixels, gutterPixels } = this.currentOptions;
    this.#gutterLeft = Math.round(width - marginPixels - gutterPixels);
    const byId = new Map(this.#bands.map((band) => [band.id, band]));
    const spans = this.#bands.flatMap(({ id, lowPrice, highPrice, weight }) => {
      const low = series.priceToCoordinate(lowPrice);
      const high = series.priceToCoordinate(highPrice);
      return low === null || high === null
        ? []
        : [{ id, weight, top: Math.min(low, high), bottom: Math.max(low, high) }];
    });
    this.#drawn = layOutBands(spans, height, LABEL_HEIGHT, this.currentOptions.chosenId).map((box) => {
      const band = byId.get(box.id) as PriceBand;
      return {
        ...box,
        band,
        labelWidth: EDGE_PIXELS + BRACKET_PIXELS + Math.ceil(context.measureText(band.label).width) + 10,
      };
    });
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  { band, top, bottom }: Drawn,
  left: number,
  right: number,
  peakY: number | null,
): void {
  context.globalAlpha = 0.16;
  context.fillStyle = band.color;
  context.fillRect(left, top, right - left, Math.max(1, bottom - top));
  context.globalAlpha = 0.9;
  const across = (y: number, dash: number[]): void => {
    const middle = Math.round(y) + 0.5;
    const line = [left, right].map((x) => [x, middle] as const);
    drawLine(context, line, band.color, 1, dash);
  };
  across(top, []);
  across(bottom, []);
  if (peakY !== null) across(peakY, [3, 4]);
  context.globalAlpha = 1;
}

function drawBracket(
  context: CanvasRenderingContext2D,
  { band, top, bottom }: Drawn,
  left: number,
  isLit: boolean,
): void {
  const right = left + BRACKET_PIXELS;
  const end = Math.max(bottom, top + 2);
  const corners = [
    [left, top],
    [right, top],
    [right, end],
    [left, end],
  ] as const;
  drawLine(context, corners, band.color, isLit ? 2.5 : 1.75);
}
