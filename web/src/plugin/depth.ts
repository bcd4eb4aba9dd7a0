import { drawWords } from './canvas.js';
import { binLevels, usdAtFullWidth, type DepthBin } from './depth-bins.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import type { DepthData, DepthOptions } from './types.js';

const DEFAULT_OPTIONS: DepthOptions = {
  visible: true,
  widthPixels: 62,
  marginPixels: 0,
  bidColor: '#5ec9a4',
  askColor: '#e0768a',
  textColor: '#aeb7c6',
  backgroundColor: 'rgba(11, 14, 20, 0.82)',
  fontFamily: 'system-ui, sans-serif',
};
const BIN_PIXELS = 3;
const FONT_PIXELS = 10;
const LABEL_GAP = 13;

/** Resting orders at the right of the pane, as thin bars by price; walls carry their names. */
export class OrderBookBars extends ChartPrimitive<DepthOptions> {
  #data: DepthData | null = null;

  constructor(options: Partial<DepthOptions> = {}) {
    super(DEFAULT_OPTIONS, options);
  }

  get book(): DepthData | null {
    return this.#data;
  }

  setData(data: DepthData | null): void {
    this.#data = data;
    this.changed();
  }

  protected override painter({ series }: Attached): Paint | null {
    const data = this.#data;
    const options = this.currentOptions;
    if (data === null) return null;
    return (target) =>
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        const priceToY = (price: number): number | null => series.priceToCoordinate(price);
        const bids = binLevels(data.bids, priceToY, mediaSize.height, BIN_PIXELS);
        const asks = binLevels(data.asks, priceToY, mediaSize.height, BIN_PIXELS);
        const right = mediaSize.width - options.marginPixels;
        context.save();
        drawBars(context, bids, asks, right, options);
        drawWalls(context, data, priceToY, mediaSize.height, right, options);
        context.restore();
      });
  }
}

function drawBars(
  context: CanvasRenderingContext2D,
  bids: readonly DepthBin[],
  asks: readonly DepthBin[],
  right: number,
  options: DepthOptions,
): void {
  const all = [...bids, ...asks];
  const most = usdAtFullWidth(all);
  if (most <= 0) return;
  const top = Math.min(...all.map(({ y }) => y));
  const bottom = Math.max(...all.map(({ y }) => y)) + BIN_PIXELS;
  context.fillStyle = options.backgroundColor;
  context.fillRect(right - options.widthPixels, top, options.widthPixels, bottom - top);
  for (const [bins, color] of [
    [bids, options.bidColor],
    [asks, options.askColor],
  ] as const) {
    context.fillStyle = color;
    for (const { y, usd } of bins) {
      const width = Math.max(1, Math.min(1, usd / most) * options.widthPixels);
      context.fillRect(right - width, y, width, BIN_PIXELS - 1);
    }
  }
}

function drawWalls(
  context: CanvasRenderingContext2D,
  { walls }: DepthData,
  priceToY: (price: number) => number | null,
  height: number,
  right: number,
  options: DepthOptions,
): void {
  context.font = `600 ${FONT_PIXELS}px ${options.fontFamily}`;
  const taken: number[] = [];
  for (const { price, label } of [...walls].sort((a, b) => b.usd - a.usd)) {
    const y = priceToY(price);
    if (y === null || y < 6 || y > height - 6 || taken.some((other) => Math.abs(other - y) < LABEL_GAP)) continue;
    taken.push(y);
    const { width } = context.measureText(label);
    // Just above its bar, in the strip: beside it stand the labels of other things.
    drawWords(context, label, [right - width - 4, y - 9], [options.textColor, options.backgroundColor]);
  }
}
