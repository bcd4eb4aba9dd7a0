import { signal } from '@preact/signals';
import type { CandlesAnswer, HeatmapHeader, ProfileAnswer, ViewQuery } from '../api/types';
import type { ViewState } from './state';

export interface Loaded {
  /** The state the picture was asked for; the controls may be ahead of it. */
  state: ViewState;
  query: ViewQuery;
  candles: CandlesAnswer;
  header: HeatmapHeader;
  profile: ProfileAnswer | null;
}

/** What is on the chart, beside what is asked for (`Store`): panels follow it. */
export class Shown {
  readonly map = signal<Loaded | null>(null);
  /** With what was pushed since; another object at each candle. */
  readonly candles = signal<CandlesAnswer | null>(null);
}
