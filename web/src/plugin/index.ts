export { LiquidationHeatmap } from './heatmap.js';
export { LiquidationProfile } from './profile.js';
export { LiquidationBubbles } from './bubbles.js';
export {
  circleAt,
  layOutCircles,
  logicalsOf,
  radiusOf,
  roundUp,
  usdOfLargest,
  type BubbleScale,
  type BubbleView,
  type Circle,
} from './bubbles-layout.js';
export { HeatGrid } from './grid.js';
export { intervalOf, linearEdges, logEdges, lowerBound } from './edges.js';
export { buildMaxMips, type MipLevel } from './mips.js';
export { buildLegendTicks } from './legend-ticks.js';
export { PALETTE_NAMES, buildDivergingPalette, buildPalette, divergingColor, paletteColor } from './palette.js';
export { SignedPacking, isNegative } from './signed.js';
export { LiquidationBands } from './bands.js';
export { layOutBands, type BandBox } from './bands-layout.js';
export { RightMargin } from './margin.js';
export { OrderBookBars } from './depth.js';
export { binLevels, usdAtFullWidth } from './depth-bins.js';
export { byteAtPercentile, byteHistogram } from './percentiles.js';
export { dequantise, quantise } from './quantise.js';
export {
  columnAtLogical,
  columnEdgesOnScale,
  lookUpPixelColumns,
  type CandlePositions,
  type PixelColumns,
} from './time-lookup.js';
export { lookUpPixelRows, type PixelRows } from './price-lookup.js';
export type * from './types.js';
