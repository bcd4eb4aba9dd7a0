import type { CandlestickSeriesPartialOptions, IChartApi } from 'lightweight-charts';
import type { Colors } from '../ui/theme';

export function paintChart(chart: IChartApi, { background, text, border, crosshair, crosshairLabel }: Colors): void {
  const line = { color: crosshair, labelBackgroundColor: crosshairLabel };
  chart.applyOptions({
    layout: {
      background: { color: background },
      textColor: text,
      panes: { separatorColor: border, separatorHoverColor: crosshairLabel },
    },
    crosshair: { vertLine: line, horzLine: line },
    timeScale: { borderColor: border },
    rightPriceScale: { borderColor: border },
  });
}

export function candleColors({ candleUp, candleDown, candleEdge }: Colors): CandlestickSeriesPartialOptions {
  return {
    upColor: candleUp,
    downColor: candleDown,
    wickUpColor: candleUp,
    wickDownColor: candleDown,
    borderUpColor: candleEdge,
    borderDownColor: candleEdge,
  };
}
