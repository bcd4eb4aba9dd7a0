import {
  customSeriesDefaultOptions,
  type CustomData,
  type CustomSeriesOptions,
  type CustomSeriesPricePlotValues,
  type ICustomSeriesPaneRenderer,
  type ICustomSeriesPaneView,
  type PaneRendererCustomData,
  type PriceToCoordinateConverter,
  type Time,
} from 'lightweight-charts';
import type { HeatGridInput } from '../src/plugin';

interface Cell {
  low: number;
  high: number;
  amount: number;
}

interface CellColumn extends CustomData {
  cells: Cell[];
}

type Target = Parameters<ICustomSeriesPaneRenderer['draw']>[0];

/** A heatmap as the library's documentation of custom series has it: an object for each cell, a rectangle for each. */
export class CellSeries implements ICustomSeriesPaneView<Time, CellColumn> {
  private data: PaneRendererCustomData<Time, CellColumn> | null = null;

  renderer(): ICustomSeriesPaneRenderer {
    return { draw: (target, priceToCoordinate) => this.draw(target, priceToCoordinate) };
  }

  update(data: PaneRendererCustomData<Time, CellColumn>): void {
    this.data = data;
  }

  priceValueBuilder({ cells }: CellColumn): CustomSeriesPricePlotValues {
    return cells.length === 0 ? [NaN] : [cells[0].low, cells[cells.length - 1].high];
  }

  isWhitespace(data: Partial<CellColumn>): data is never {
    return (data.cells?.length ?? 0) === 0;
  }

  defaultOptions(): CustomSeriesOptions {
    return { ...customSeriesDefaultOptions, lastValueVisible: false, priceLineVisible: false };
  }

  private draw(target: Target, priceToCoordinate: PriceToCoordinateConverter): void {
    const { data } = this;
    if (data?.visibleRange == null) return;
    const { from, to } = data.visibleRange;
    target.useBitmapCoordinateSpace(({ context, horizontalPixelRatio: across, verticalPixelRatio: down }) => {
      const width = Math.max(1, data.barSpacing * across);
      for (let at = from; at < to; at++) {
        const { x, originalData } = data.bars[at];
        for (const { low, high, amount } of originalData.cells) {
          const [top, bottom] = [priceToCoordinate(high), priceToCoordinate(low)];
          if (top === null || bottom === null) continue;
          context.fillStyle = `hsl(${260 - 200 * amount}, 80%, ${20 + 50 * amount}%)`;
          context.fillRect(x * across - width / 2, top * down, width, Math.max(1, (bottom - top) * down));
        }
      }
    });
  }
}

/** The cells of a grid that hold anything, as objects. */
export function cellColumns({ columns, buckets, startMs, stepMs, priceEdges, cells }: HeatGridInput): CellColumn[] {
  return Array.from({ length: columns }, (_, column) => {
    const found: Cell[] = [];
    for (let row = 0; row < buckets; row++) {
      const code = cells[row * columns + column];
      if (code > 0) found.push({ low: priceEdges[row], high: priceEdges[row + 1], amount: code / 255 });
    }
    return { time: ((startMs + column * stepMs) / 1000) as Time, cells: found };
  });
}
