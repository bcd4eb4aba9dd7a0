import { batch, signal, type Signal } from '@preact/signals';
import type { Market, SymbolsAnswer } from '../api/types';
import { MEASURES, REFITTING, bandsOf, fitToMarket, isChanged, marketOf, usualRange, type ViewState } from './state';

/**
 * The one place where the view's state lives. Components and effects that read it follow it by themselves; everybody
 * else reads what it is now.
 */
export class Store {
  private readonly told: Signal<SymbolsAnswer>;
  private readonly view: Signal<ViewState>;
  /** Whether a change comes of a new answer of the server, and not of a person. */
  isRenewing = false;

  constructor(answer: SymbolsAnswer, state: ViewState) {
    this.told = signal(answer);
    this.view = signal(state);
  }

  get state(): ViewState {
    return this.view.value;
  }

  get answer(): SymbolsAnswer {
    return this.told.value;
  }

  get market(): Market {
    return marketOf(this.answer, this.state) ?? this.answer.markets[0];
  }

  /** Leverage bands of the map that is shown. */
  get bands(): readonly number[] {
    return bandsOf(this.market, this.state.quantity);
  }

  update(patch: Partial<ViewState>): void {
    const answer = this.told.peek();
    const before = this.view.peek();
    const wanted = { ...before, ...patch };
    if (isChanged(REFITTING, wanted, before)) Object.assign(wanted, { window: null, sinceMs: null }, patch);
    if (isChanged(MEASURES, wanted, before)) Object.assign(wanted, { lockedLimits: null }, patch);
    const market = marketOf(answer, wanted) ?? marketOf(answer, before) ?? answer.markets[0];
    this.view.value = fitToMarket(wanted, market);
  }

  /** Takes the markets as the server sees them now. A range nobody chose grows with the data. */
  renew(answer: SymbolsAnswer): void {
    const before = this.view.peek();
    const known = marketOf(this.told.peek(), before);
    const market = marketOf(answer, before);
    if (market === undefined) return;
    const wasUsual = known !== undefined && before.range === usualRange(known);
    this.isRenewing = true;
    batch(() => {
      this.told.value = answer;
      this.view.value = fitToMarket({ ...before, range: wasUsual ? usualRange(market) : before.range }, market);
    });
    this.isRenewing = false;
  }
}
