/** Every layer of the plugin on a chart of its own. The data are generated here: see `generated.ts`. */
import { PriceScaleMode } from 'lightweight-charts';
import {
  LiquidationBands,
  LiquidationBubbles,
  LiquidationHeatmap,
  LiquidationProfile,
  OrderBookBars,
  PALETTE_NAMES,
  decodeLqh1,
  readCoinglass,
  type HeatGridInput,
} from 'lwc-plugin-liquidation-heatmap';
import { buildBubbles, buildMarket } from '../bench/synthetic';
import { addCard, atSeconds, type Card } from './card';
import { asCoinglass, asLqh1, bookAround, profileOf, shortsLessLongs } from './generated';

const COLUMNS = 480;
const BUCKETS = 300;
const market = buildMarket(COLUMNS, BUCKETS, false);
const { grid, candles } = market;
const price = candles[candles.length - 1].close;

function addHeat({ series }: Card, shown: HeatGridInput): LiquidationHeatmap {
  const heatmap = new LiquidationHeatmap({ candleHaloPixels: 2 });
  series.attachPrimitive(heatmap);
  heatmap.setGrid(shown);
  return heatmap;
}

function heat(): void {
  const card = addCard('Heatmap', 'Figures per price and time under the candles. Point at a cell.', candles);
  const heatmap = addHeat(card, grid);
  for (const palette of PALETTE_NAMES) card.offer(palette, () => heatmap.applyOptions({ palette }));
  card.chart.subscribeCrosshairMove(({ point }) => {
    const cell = point === undefined ? null : heatmap.cellAtPoint(point.x, point.y);
    const usd = Math.round(cell?.valueUsd ?? 0).toLocaleString('en');
    card.say(cell === null ? '' : `${cell.bucketLow.toFixed(0)} to ${cell.bucketHigh.toFixed(0)}: $${usd}`);
  });
}

function logarithmic(): void {
  const gaps = buildMarket(COLUMNS, BUCKETS, true);
  const about = 'Exact on any scale, and where candles are missing.';
  const card = addCard('Logarithmic, with gaps', about, gaps.candles);
  card.chart.priceScale('right').applyOptions({ mode: PriceScaleMode.Logarithmic });
  addHeat(card, gaps.grid);
}

function delta(): void {
  addHeat(
    addCard('Difference of two planes', 'Shorts less longs: colours diverge from 0.', candles),
    shortsLessLongs(market),
  );
}

function profile(): void {
  const about = 'The static map at the right edge: bars by leverage, cumulative curves of both sides.';
  const card = addCard('Profile', about, candles, 190);
  addHeat(card, grid);
  const layer = new LiquidationProfile();
  card.series.attachPrimitive(layer);
  layer.setData(profileOf(market));
}

function bubbles(): void {
  const card = addCard('Bubbles', 'What was liquidated: the area of a circle is its figure.', candles);
  const layer = new LiquidationBubbles();
  card.series.attachPrimitive(layer);
  layer.setEvents(buildBubbles(market, 600, COLUMNS));
  card.chart.subscribeCrosshairMove(({ point }) => {
    const circle = point === undefined ? null : layer.bubbleAtPoint(point.x, point.y);
    const usd = Math.round(circle?.usd ?? 0).toLocaleString('en');
    card.say(circle === null ? '' : `${circle.events.length} liquidations, $${usd}`);
  });
}

function bandsAndBook(): void {
  const card = addCard(
    'Bands and order book',
    'Ranges of prices with a label; resting orders at the edge.',
    candles,
    140,
  );
  addHeat(card, grid);
  const bands = new LiquidationBands({ marginPixels: 66 });
  const book = new OrderBookBars();
  card.series.attachPrimitive(bands);
  card.series.attachPrimitive(book);
  const band = (id: string, part: number, color: string) => ({
    id,
    lowPrice: price * (part - 0.004),
    highPrice: price * (part + 0.004),
    peakPrice: price * part,
    startMs: grid.startMs + 0.7 * COLUMNS * grid.stepMs,
    label: id,
    color,
    weight: 1,
  });
  bands.setBands([band('shorts', 1.01, '#ffa657'), band('longs', 0.97, '#6fb7ff')]);
  book.setData(bookAround(price));
}

function live(): void {
  const card = addCard('Live', 'A column and a candle come twice a second, without a copy of the grid.', candles);
  const heatmap = addHeat(card, { ...grid, cells: grid.cells.slice() });
  const usd = Float64Array.from({ length: BUCKETS }, (_, row) => heatmap.grid?.valueOf(row, COLUMNS - 1) ?? 0);
  let close = price;
  let column = COLUMNS;
  setInterval(() => {
    if (column === 2 * COLUMNS) return;
    const open = close;
    close *= 1 + 0.002 * (Math.random() - 0.5);
    const [low, high] = [Math.min(open, close), Math.max(open, close)];
    usd.forEach((_, row) => {
      if (grid.priceEdges[row + 1] > low && grid.priceEdges[row] < high) usd[row] = 0;
    });
    const startMs = grid.startMs + column * grid.stepMs;
    card.series.update(atSeconds({ time: startMs / 1000, open, high, low, close }));
    heatmap.applyColumn({ startMs, valuesUsd: usd });
    column++;
  }, 500);
}

function lqh1(): void {
  const card = addCard('An LQH1 file', 'decodeLqh1 reads what liqheat serves and saves.', candles);
  const file = asLqh1(grid);
  const heatmap = addHeat(card, grid);
  const open = (buffer: ArrayBuffer): void => {
    try {
      const { header, grid: decoded } = decodeLqh1(buffer);
      heatmap.setGrid(decoded);
      card.say(`${header.T} columns by ${header.B} buckets`);
    } catch (error) {
      heatmap.setGrid(null);
      card.say(String(error));
    }
  };
  card.offer('The whole file', () => open(file));
  card.offer('Half of it', () => open(file.slice(0, file.byteLength / 2)));
  open(file);
}

function coinglass(): void {
  const answer = readCoinglass(asCoinglass(buildMarket(288, 130, false)));
  const about = 'readCoinglass takes the answer of its heatmap, here one of the same shape that was generated.';
  addHeat(addCard('An answer in the shape of Coinglass', about, answer.candles), answer.grid);
}

for (const show of [heat, logarithmic, delta, profile, bubbles, bandsAndBook, live, lqh1, coinglass]) show();
