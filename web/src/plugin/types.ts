/** What the plugin draws: figures per price bucket and time column, and nothing about where they came from. */

export type PriceAxisKind = 'linear' | 'log';
export type PaletteName = 'viridis' | 'cividis' | 'inferno';

/** Byte 0 is an empty cell; bytes 1…255 span `decades` powers of ten below `maxUsd`. */
export interface LogQuantisation {
  maxUsd: number;
  decades: number;
}

export interface HeatGridInput {
  columns: number;
  buckets: number;
  /** Start of column 0, UTC epoch. */
  startMs: number;
  stepMs: number;
  /** `buckets + 1` increasing edges. Lookups compare against them, so they are the only truth about prices. */
  priceEdges: Float64Array;
  priceAxis: PriceAxisKind;
  quantisation: LogQuantisation;
  /** Price-major: bucket `b`, column `c` is at `b * columns + c`. */
  cells: Uint8Array;
  /**
   * A second plane of the same shape and scale: the grid then shows `cells - negativeCells`, in colours that diverge
   * from 0.
   */
  negativeCells?: Uint8Array;
}

export interface ColumnUpdate {
  /** Start of the column: one of the grid, or the one just after its last. */
  startMs: number;
  /** In USD: one figure per bucket, or one per entry of `rows`; below 0 for the second plane of a grid that has one. */
  valuesUsd: ArrayLike<number>;
  /** The buckets the figures belong to; all others are empty. Left out: all of them, in order. */
  rows?: ArrayLike<number>;
}

export interface CellValue {
  /** In a grid of two planes their difference, which may be below 0. */
  valueUsd: number;
  row: number;
  column: number;
}

export interface CellAtPoint extends CellValue {
  price: number;
  columnStartMs: number;
  columnEndMs: number;
  bucketLow: number;
  bucketHigh: number;
}

export interface LegendTick {
  valueUsd: number;
  /** 0 at the lower cut-off, 1 at the upper. */
  position: number;
}

export interface HeatmapOptions {
  palette: PaletteName;
  /**
   * Percentiles (0…1) of the non-empty cells. Below the lower one a cell is not drawn (nor, unless it is 0, byte 1:
   * dust below the scale); above the upper one colour no longer grows.
   */
  lowerCutoff: number;
  upperCutoff: number;
  /** Percentiles of the cells that are seen, or of the whole grid; or the same two figures whatever is seen. */
  limits: 'view' | 'grid' | readonly [lowerUsd: number, upperUsd: number];
  /** A figure that is drawn although the lower percentile is above it; 0 for none. */
  leastShownUsd: number;
  /** At the right of the pane, where cells are covered by something else and count for nothing. */
  marginPixels: number;
  opacity: number;
  /** Whether the ground is light: much is dark then. */
  isOnLight: boolean;
  visible: boolean;
  /**
   * Heat is dimmed this many pixels around the candles, so that they stay legible on bright cells; 0 leaves it alone.
   */
  candleHaloPixels: number;
}

/**
 * A range of prices that is marked from some time on: a bracket at the right with a label, the whole band once it is
 * chosen.
 */
export interface PriceBand {
  id: string;
  lowPrice: number;
  highPrice: number;
  peakPrice: number;
  startMs: number;
  label: string;
  color: string;
  /** Where labels would run into each other the heavier one stays. */
  weight: number;
}

export interface PriceBandOptions {
  visible: boolean;
  /** Kept free at the right edge of the pane. */
  marginPixels: number;
  /** Width of the strip beside it that brackets and labels stand in, so that none lies on candles. */
  gutterPixels: number;
  chosenId: string | null;
  textColor: string;
  /** On the ground of the band's own colour. */
  litTextColor: string;
  backgroundColor: string;
  fontFamily: string;
}

export interface MarginOptions {
  visible: boolean;
  widthPixels: number;
  /** Opaque, or what lies under it shows through. */
  backgroundColor: string;
  borderColor: string;
}

export interface DepthLevel {
  price: number;
  usd: number;
}

export interface DepthWall extends DepthLevel {
  label: string;
}

export interface DepthData {
  /** Best first. */
  bids: readonly DepthLevel[];
  asks: readonly DepthLevel[];
  walls: readonly DepthWall[];
}

export interface DepthOptions {
  visible: boolean;
  widthPixels: number;
  /** Kept free at the right edge of the pane. */
  marginPixels: number;
  bidColor: string;
  askColor: string;
  textColor: string;
  backgroundColor: string;
  fontFamily: string;
}

export interface ProfileData {
  /** `buckets + 1` increasing edges. */
  priceEdges: Float64Array;
  leverages: readonly number[];
  /** Per leverage, one figure per bucket. */
  longByLeverageUsd: readonly ArrayLike<number>[];
  shortByLeverageUsd: readonly ArrayLike<number>[];
  cumulativeLongUsd: ArrayLike<number>;
  cumulativeShortUsd: ArrayLike<number>;
  /** Per bucket, both ends of the range of its curve; NaN where there is none. */
  curveRangeUsd?: { low: ArrayLike<number>; high: ArrayLike<number> };
  /** Per bucket, how much of its bar is backed by data, 0 to 1; bars below `leastSupport` are drawn faint. */
  support?: ArrayLike<number>;
}

export interface ProfileOptions {
  visible: boolean;
  widthPixels: number;
  /** Kept free between the profile and the price axis. */
  marginPixels: number;
  /** One colour per leverage, `#rrggbb`. */
  bandColors: readonly string[];
  leastSupport: number;
  longColor: string;
  shortColor: string;
  textColor: string;
  gridColor: string;
  backgroundColor: string;
  fontFamily: string;
  formatUsd: (valueUsd: number) => string;
  /** After the figure on the scale of the bars: what it is for. */
  scaleText: string;
  /** Of what a curve ends with: a sum of many buckets. */
  formatTotalUsd: (valueUsd: number) => string;
}

export type BubbleSide = 'long' | 'short';

/** Something that happened at a time and a price. Fields of the caller's own may come along. */
export interface BubbleEvent {
  timeMs: number;
  price: number;
  usd: number;
  /** Whether a long position was liquidated. */
  isLong: boolean;
}

export interface BubbleAtPoint {
  x: number;
  y: number;
  radius: number;
  /** Sum of its events. */
  usd: number;
  isLong: boolean;
  /** Largest first. */
  events: BubbleEvent[];
}

export interface BubbleOptions {
  visible: boolean;
  longColor: string;
  shortColor: string;
  outlineColor: string;
  opacity: number;
  largestRadius: number;
  smallestRadius: number;
  /** Events of one side this near to each other on the screen become one circle. */
  mergePixels: number;
  /** The largest ones are drawn. */
  mostCircles: number;
}
