import type { Market, SymbolsAnswer } from '../api/types';
import { fitToMarket, marketOf, type ViewState } from './state';

type Listener = (state: ViewState, before: ViewState) => void;

/** The one place where the view's state lives. Everything on the page follows it. */
export class Store {
  private readonly listeners: Listener[] = [];

  constructor(private currentAnswer: SymbolsAnswer, private current: ViewState) {}

  get state(): ViewState {
    return this.current;
  }

  get answer(): SymbolsAnswer {
    return this.currentAnswer;
  }

  get market(): Market {
    return marketOf(this.currentAnswer, this.current) ?? this.currentAnswer.markets[0];
  }

  update(patch: Partial<ViewState>): void {
    const before = this.current;
    const wanted = { ...before, ...patch };
    this.current = fitToMarket(wanted, marketOf(this.currentAnswer, wanted) ?? this.market);
    for (const listener of this.listeners) listener(this.current, before);
  }

  /** Takes the markets as the server sees them now; true when the shown market's data has moved on. */
  renew(answer: SymbolsAnswer): boolean {
    const endBefore = this.market.end_ms;
    if (marketOf(answer, this.current) === undefined) return false;
    this.currentAnswer = answer;
    return this.market.end_ms !== endBefore;
  }

  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }
}
