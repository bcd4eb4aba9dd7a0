import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  PrimitivePaneViewZOrder,
  SeriesAttachedParameter,
} from 'lightweight-charts';

export type Attached = SeriesAttachedParameter;
export type Paint = IPrimitivePaneRenderer['draw'];

/**
 * What the plugin's primitives share: options, one view of the pane, and the series they are attached to. None of them
 * has an `autoscaleInfo`, for a grid reaches far beyond the candles and would squash them; those that are pointed at
 * add a `hitTest`.
 */
export abstract class ChartPrimitive<Options extends { visible: boolean }> implements ISeriesPrimitive {
  protected currentOptions: Options;
  protected param: Attached | null = null;
  /** Grows with anything but the viewport that changes the picture. */
  protected version = 0;
  readonly #views: readonly IPrimitivePaneView[];

  constructor(defaults: Options, options: Partial<Options>, zOrder: PrimitivePaneViewZOrder = 'normal') {
    this.currentOptions = { ...defaults, ...options };
    this.#views = [{ zOrder: () => zOrder, renderer: () => this.#renderer() }];
  }

  attached(param: Attached): void {
    this.param = param;
    param.series.subscribeDataChanged(this.#onDataChanged);
    this.candlesChanged();
    // Attaching alone does not repaint the chart.
    param.requestUpdate();
  }

  detached(): void {
    this.param?.series.unsubscribeDataChanged(this.#onDataChanged);
    this.param = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  options(): Readonly<Options> {
    return this.currentOptions;
  }

  applyOptions(options: Partial<Options>): void {
    this.currentOptions = { ...this.currentOptions, ...options };
    this.changed();
  }

  /** What paints it as it is now; `null` where there is nothing to paint. */
  protected abstract painter(param: Attached): Paint | null;

  /** Options or data are other ones: forgets what was made of them, and asks for a frame. */
  protected changed(): void {
    this.version++;
    this.param?.requestUpdate();
  }

  /** The series has other candles, and the chart draws a frame by itself: forgets where they stood. */
  protected candlesChanged(): void {
    // Most draw by prices alone.
  }

  /** `logicalToCoordinate` answers 0 for fractions, so the affine map is taken from two whole indices. */
  protected horizontalScale(): { originX: number; spacing: number } | null {
    const timeScale = this.param?.chart.timeScale();
    const originX = timeScale?.logicalToCoordinate(0 as never) ?? null;
    const nextX = timeScale?.logicalToCoordinate(1 as never) ?? null;
    return originX === null || nextX === null ? null : { originX, spacing: nextX - originX };
  }

  readonly #onDataChanged = (): void => this.candlesChanged();

  #renderer(): IPrimitivePaneRenderer | null {
    const draw = this.param === null || !this.currentOptions.visible ? null : this.painter(this.param);
    return draw === null ? null : { draw };
  }
}
