import type { Market, SymbolsAnswer } from '../api/types';
import { availableRanges } from './ranges';
import { bandsOf, fitToMarket, marketOf, usualRange, type ViewState } from './state';

type Listener = (state: ViewState, before: ViewState) => void;

/** The one place where the view's state lives. Everything on the page follows it. */
export class Store {
  private readonly listeners: Listener[] = [];
  private readonly renewalListeners: (() => void)[] = [];

  constructor(
    private currentAnswer: SymbolsAnswer,
    private current: ViewState,
  ) {}

  get state(): ViewState {
    return this.current;
  }

  get answer(): SymbolsAnswer {
    return this.currentAnswer;
  }

  get market(): Market {
    return marketOf(this.currentAnswer, this.current) ?? this.currentAnswer.markets[0];
  }

  /** Leverage bands of the map that is shown. */
  get bands(): readonly number[] {
    return bandsOf(this.market, this.current.quantity);
  }

  update(patch: Partial<ViewState>): void {
    const before = this.current;
    const wanted = { ...before, ...patch };
    this.current = fitToMarket(wanted, marketOf(this.currentAnswer, wanted) ?? this.market);
    for (const listener of this.listeners) listener(this.current, before);
  }

  /** Takes the markets as the server sees them now. A range nobody chose grows with the data. */
  renew(answer: SymbolsAnswer): void {
    const before = this.current;
    const menuBefore = menuOf(this.currentAnswer);
    const wasUsual = before.range === usualRange(this.market);
    if (marketOf(answer, before) === undefined) return;
    this.currentAnswer = answer;
    const range = wasUsual ? usualRange(this.market) : before.range;
    this.current = fitToMarket({ ...before, range }, this.market);
    if (menuOf(answer) !== menuBefore) for (const listener of this.renewalListeners) listener();
  }

  /** Called when there is something else to choose from than before. */
  onRenewed(listener: () => void): void {
    this.renewalListeners.push(listener);
  }

  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }
}

/**
 * Everything the controls are made of; where the data end is not part of it, or an open menu would close at every bar.
 */
function menuOf({ markets, currencies }: SymbolsAnswer): string {
  return JSON.stringify([
    currencies,
    markets.map((market) => [{ ...market, start_ms: 0, end_ms: 0 }, availableRanges(market)]),
  ]);
}
