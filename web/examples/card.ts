import {
  CandlestickSeries,
  CrosshairMode,
  createChart,
  createTextWatermark,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';

export interface Candle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** A chart with candles under a title, in the page's gallery. */
export interface Card {
  chart: IChartApi;
  series: ISeriesApi<'Candlestick'>;
  /** Writes below the chart. */
  say(text: string): void;
  /** Adds a button below the chart. */
  offer(label: string, act: () => void): void;
}

export const atSeconds = (candle: Candle) => ({ ...candle, time: candle.time as UTCTimestamp });

function added<Name extends keyof HTMLElementTagNameMap>(parent: Element, name: Name, text = '', className = '') {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = className;
  parent.append(element);
  return element;
}

export function addCard(title: string, about: string, candles: readonly Candle[], freePixelsAtRight = 0): Card {
  const section = added(document.getElementById('gallery') as HTMLElement, 'section');
  added(section, 'h2', title);
  added(section, 'p', about);
  const chart = createChart(added(section, 'div', '', 'chart'), {
    autoSize: true,
    layout: { background: { color: '#0b0e14' }, textColor: '#aeb7c6' },
    // The chart paints its grid lines over the heat.
    grid: { vertLines: { visible: false }, horzLines: { visible: false } },
    // The usual crosshair jumps to the candle, away from the cell that is pointed at.
    crosshair: { mode: CrosshairMode.Normal },
    timeScale: { timeVisible: true, minBarSpacing: 0.1, rightOffsetPixels: freePixelsAtRight },
  });
  createTextWatermark(chart.panes()[0], {
    horzAlign: 'left',
    vertAlign: 'top',
    lines: [{ text: 'generated data', color: 'rgba(223, 229, 238, 0.75)', fontSize: 13 }],
  });
  const series = chart.addSeries(CandlestickSeries, {
    upColor: '#f2f5fa',
    downColor: '#ff5a6e',
    wickUpColor: '#f2f5fa',
    wickDownColor: '#ff5a6e',
    borderVisible: false,
  });
  series.setData(candles.map(atSeconds));
  chart.timeScale().fitContent();
  const buttons = added(section, 'div');
  const said = added(section, 'p', '', 'said');
  return {
    chart,
    series,
    say: (text) => (said.textContent = text),
    offer: (label, act) => added(buttons, 'button', label).addEventListener('click', act),
  };
}
