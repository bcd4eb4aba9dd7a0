import type { IPrimitivePaneView } from 'lightweight-charts';
import { ChartPrimitive, type Paint } from './primitive.js';
import type { MarginOptions } from './types.js';

const DEFAULT_OPTIONS: MarginOptions = {
  visible: true,
  widthPixels: 200,
  backgroundColor: '#0b0e14',
  borderColor: '#1d2431',
};

/**
 * The right part of a pane as a pane of its own, from top to bottom and over the time axis: candles and heat that are
 * panned or zoomed under it are not seen. Attach it before what stands in it (labels, profile, order book), and to a
 * series of every other pane.
 */
export class RightMargin extends ChartPrimitive<MarginOptions> {
  readonly #axisViews: readonly IPrimitivePaneView[] = [
    { zOrder: () => 'top', renderer: () => ({ draw: (target) => this.painter()(target) }) },
  ];

  constructor(options: Partial<MarginOptions> = {}) {
    super(DEFAULT_OPTIONS, options);
  }

  /** A time under the margin would be that of a candle that is not seen. */
  timeAxisPaneViews(): readonly IPrimitivePaneView[] {
    return this.#axisViews;
  }

  protected override painter(): (target: Parameters<Paint>[0]) => void {
    const { visible, widthPixels, backgroundColor, borderColor } = this.currentOptions;
    const left = (this.param?.chart.timeScale().width() ?? 0) - widthPixels;
    return (target) =>
      target.useMediaCoordinateSpace(({ context, mediaSize: { height } }) => {
        if (!visible || widthPixels <= 0) return;
        context.fillStyle = backgroundColor;
        context.fillRect(left, 0, widthPixels, height);
        context.fillStyle = borderColor;
        context.fillRect(left, 0, 1, height);
      });
  }
}
