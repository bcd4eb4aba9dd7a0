import type { RulePreset, Setup, Style } from '../api/decisions';
import { element } from '../ui/dom';
import { SIDE_SIGNS, formatClock, formatPrice } from '../ui/format';
import { currencyMark, formatMoney, moneyRate } from '../ui/money';
import { RULE_PRESETS, STYLES } from '../state/state';
import type { Store } from '../state/store';
import { clusterFacts } from './cluster-facts';
import type { Decisions } from './decisions';
import { equityProblem } from './equity';
import { ladderNodes } from './ladder';
import { rulesList, verdictBadge } from './rules-list';
import {
  changesOfSetups,
  contradictionsByRule,
  countRules,
  countSigns,
  ladderRows,
  orderRules,
  setupTitle,
  type LadderRow,
} from './setup-words';
import { tradeCard } from './trade-card';

type Part = 'trade' | 'rules' | 'cluster';
const PARTS: Record<Part, string> = { trade: 'Trade', rules: 'Rules', cluster: 'Cluster' };
const STYLE_TITLES: Record<Style, string> = {
  scalp: 'Hours: read from positions of the last 24 h',
  day: 'A day: positions of the last 3 d',
  swing: 'Days: positions of the last 7 d',
};
const PRESET_TITLES: Record<RulePreset, string> = {
  article: 'The thresholds as the article has them',
  strict: 'Harder: reward must pay for the risk, thin book, no weekend, no news',
};

/** Clusters as a ladder of prices, and below it the chosen one: the trade, every rule, the cluster. */
export class SetupPanel {
  private readonly ladder = element('div', {
    class: 'ladder',
    'data-testid': 'cluster-list',
    role: 'group',
    'aria-label': 'Clusters by price',
  });
  private readonly detail = element('div', { class: 'setup-detail', 'data-testid': 'setup-detail' });
  private readonly checkText = element('div', { class: 'check-text', role: 'status', 'data-testid': 'check-result' });
  private readonly equity = element('input', {
    type: 'number',
    min: 0,
    step: 'any',
    inputmode: 'decimal',
    class: 'equity',
    id: 'equity',
    'data-testid': 'equity',
    'aria-describedby': 'equity-problem',
  });
  private readonly equityMark = element('span', {});
  private readonly equityText = element('span', { class: 'equity-problem', id: 'equity-problem', role: 'alert' });
  private readonly chips = element('div', { class: 'setup-chips' });
  private readonly check = element(
    'button',
    { type: 'button', class: 'check-button', 'data-testid': 'check-now', onclick: () => void this.checkNow() },
    'Check now',
  );
  private part: Part = 'trade';
  /** Rules a person has opened or closed; until then those that do not pass are open. */
  private readonly toggled = new Map<string, boolean>();
  private wasAsked = false;
  private shownId: string | null = null;

  constructor(
    host: HTMLElement,
    private readonly store: Store,
    private readonly decisions: Decisions,
    private readonly onHover: (id: string | null) => void,
  ) {
    host.append(
      element(
        'div',
        { class: 'setup-controls' },
        this.chips,
        element(
          'div',
          { class: 'equity-row' },
          element('label', { for: 'equity' }, 'Equity ', this.equityMark),
          this.equity,
          this.check,
        ),
        this.equityText,
        this.checkText,
      ),
      this.ladder,
      this.detail,
    );
    this.equity.addEventListener('change', () => this.takeEquity());
    decisions.onChange(() => this.render());
    store.subscribe((state, before) => {
      if ((['cluster', 'style', 'preset', 'panel'] as const).some((name) => state[name] !== before[name]))
        this.render();
    });
    this.render();
  }

  /** Writes everything anew, in another currency. */
  render(): void {
    // What nobody sees waits: a map that is being switched comes first.
    if (this.store.state.panel !== 'setups') return;
    const hadFocus = document.activeElement?.getAttribute('data-testid') ?? null;
    this.renderControls();
    const { clusters, setups } = this.decisions.seen;
    const rows = ladderRows(clusters?.clusters ?? [], setups?.setups ?? []);
    const chosen = this.chosenRow(rows);
    this.renderLadder(rows, chosen);
    this.renderDetail(chosen);
    if (hadFocus !== null && document.activeElement === document.body) {
      document.querySelector<HTMLElement>(`#panel-setups [data-testid="${CSS.escape(hadFocus)}"]`)?.focus();
    }
  }

  /** The chosen one, else the best setup, else the nearest cluster. */
  private chosenRow(rows: readonly LadderRow[]): LadderRow | null {
    const { cluster } = this.store.state;
    const best = this.decisions.seen.setups?.setups[0];
    return (
      rows.find(({ id, setup }) => id === cluster || (cluster !== null && setup?.cluster.cluster_id === cluster))
      ?? rows.find(({ setup }) => setup !== null && setup === best)
      ?? rows[0]
      ?? null
    );
  }

  private renderControls(): void {
    const { style, preset } = this.store.state;
    const chip = (label: string, isPressed: boolean, testId: string, title: string, onClick: () => void): HTMLElement =>
      element(
        'button',
        {
          type: 'button',
          class: 'chip',
          'aria-pressed': String(isPressed),
          'data-testid': testId,
          title,
          onclick: onClick,
        },
        label,
      );
    this.chips.replaceChildren(
      element(
        'div',
        { class: 'segmented', role: 'group', 'aria-label': 'Style' },
        ...STYLES.map((one) =>
          chip(one[0].toUpperCase() + one.slice(1), style === one, `style-${one}`, STYLE_TITLES[one], () =>
            this.store.update({ style: one }),
          ),
        ),
      ),
      element(
        'div',
        { class: 'segmented', role: 'group', 'aria-label': 'Thresholds' },
        ...RULE_PRESETS.map((one) =>
          chip(one[0].toUpperCase() + one.slice(1), preset === one, `rules-${one}`, PRESET_TITLES[one], () =>
            this.store.update({ preset: one }),
          ),
        ),
      ),
    );
    this.equityMark.textContent = currencyMark();
    if (document.activeElement !== this.equity)
      this.equity.value = String(Number((this.decisions.equityUsd * moneyRate()).toPrecision(8)));
    const { isChecking, problem, before, setups, checkedMs } = this.decisions.seen;
    this.check.disabled = isChecking;
    if (problem !== null) this.checkText.replaceChildren(element('span', { class: 'fall' }, problem));
    else if (isChecking || setups === null || checkedMs === null)
      this.checkText.replaceChildren(isChecking ? 'Checking…' : '');
    else if (!this.wasAsked || before === null)
      this.checkText.replaceChildren(`Scored on data to ${formatClock(setups.time_ms)} UTC`);
    else {
      const changes = changesOfSetups(before, setups);
      this.checkText.replaceChildren(
        `Checked at ${formatClock(checkedMs)} UTC: ${changes.length === 0 ? 'nothing has changed' : 'changed since'}`,
        changes.length > 0 ? element('ul', {}, ...changes.map((change) => element('li', {}, change))) : '',
      );
    }
  }

  private renderLadder(rows: readonly LadderRow[], chosen: LadderRow | null): void {
    const price = this.decisions.seen.setups?.price ?? this.decisions.seen.clusters?.price ?? 0;
    const nodes = ladderNodes(rows, chosen, price, {
      onChoose: (id) => this.store.update({ cluster: id }),
      onHover: this.onHover,
    });
    const isLoading = this.decisions.seen.clusters === null && this.decisions.seen.setups === null;
    const scrolled = this.ladder.scrollTop;
    this.ladder.replaceChildren(
      ...(nodes.length > 0
        ? nodes
        : [
            element(
              'p',
              { class: 'muted ladder-empty' },
              isLoading ? 'Looking for clusters…' : 'No cluster near the price.',
            ),
          ]),
    );
    // While the tab is hidden nothing has a height to scroll by.
    if (chosen !== null && chosen.id !== this.shownId && this.ladder.clientHeight > 0) {
      const node = this.ladder.querySelector<HTMLElement>('[aria-pressed="true"]');
      if (node !== null)
        this.ladder.scrollTop =
          node.offsetTop - this.ladder.offsetTop - (this.ladder.clientHeight - node.offsetHeight) / 2;
      this.shownId = chosen.id;
    } else this.ladder.scrollTop = scrolled;
  }

  private renderDetail(row: LadderRow | null): void {
    const answer = this.decisions.seen.setups;
    if (row === null) return this.detail.replaceChildren();
    const { setup, tracked } = row;
    const { cluster } = tracked;
    const scrolled = this.detail.querySelector('.detail-body')?.scrollTop ?? 0;
    const head = element(
      'div',
      { class: 'detail-head' },
      element(
        'div',
        {},
        element(
          'h2',
          {},
          setup === null ? `${SIDE_SIGNS[cluster.side]} Cluster of ${cluster.side}s` : setupTitle(setup),
        ),
        element(
          'div',
          { class: 'muted number' },
          `${formatPrice(cluster.low_price)} – ${formatPrice(cluster.high_price)}`
            + ` · ${formatMoney(cluster.mass_usd)} estimated`,
        ),
      ),
      setup === null ? null : verdictBadge(setup.verdict, 'setup-verdict'),
    );
    const parts = element(
      'div',
      { class: 'segmented parts', role: 'group', 'aria-label': 'Of this cluster' },
      ...(Object.keys(PARTS) as Part[]).map((part) => {
        const counts = part === 'rules' && setup !== null ? setup.rules : null;
        return element(
          'button',
          {
            type: 'button',
            class: 'chip',
            'aria-pressed': String(this.part === part),
            'data-testid': `part-${part}`,
            title: counts === null ? undefined : countRules(counts),
            onclick: () => {
              this.part = part;
              this.render();
            },
          },
          PARTS[part],
          counts !== null && element('span', { class: 'rule-counts number' }, countSigns(counts)),
        );
      }),
    );
    const body = element(
      'div',
      { class: 'detail-body', tabindex: 0, role: 'region', 'aria-label': PARTS[this.part] },
      this.partBody(row),
    );
    this.detail.replaceChildren(head, parts, body);
    if (this.detail.dataset.shown === `${row.id} ${this.part}`) body.scrollTop = scrolled;
    this.detail.dataset.shown = `${row.id} ${this.part}`;
    this.detail.dataset.cluster = row.id;
    if (answer !== null) this.detail.dataset.timeMs = String(answer.time_ms);
  }

  private partBody({ setup, tracked }: LadderRow): HTMLElement | null {
    const answer = this.decisions.seen.setups;
    const price = answer?.price ?? this.decisions.seen.clusters?.price ?? tracked.cluster.reference_price;
    if (this.part === 'cluster') return clusterFacts(tracked, price, this.store.bands);
    if (setup === null || answer === null) {
      const style = this.store.state.style;
      return element(
        'p',
        { class: 'muted', 'data-testid': 'no-setup' },
        answer === null
          ? 'Not scored yet.'
          : `On the map of a ${style} trade (${STYLE_TITLES[style].toLowerCase()})`
              + ' there is no such cluster, so there is no setup of it.',
      );
    }
    return this.part === 'trade' ? this.tradeBody(setup) : this.rulesBody(setup);
  }

  private tradeBody(setup: Setup): HTMLElement | null {
    const answer = this.decisions.seen.setups;
    return answer === null ? null : tradeCard(setup, answer);
  }

  private rulesBody(setup: Setup): HTMLElement | null {
    const answer = this.decisions.seen.setups;
    if (answer === null) return null;
    const contradictions = contradictionsByRule(answer.contradictions);
    const open = new Set(
      orderRules(setup.rules)
        .filter(({ rule_id }) => this.toggled.get(rule_id) ?? false)
        .map(({ rule_id }) => rule_id),
    );
    const isAllOpen = setup.rules.every(({ rule_id }) => open.has(rule_id));
    const other = contradictions.get('') ?? [];
    return element(
      'div',
      {},
      element(
        'button',
        {
          type: 'button',
          class: 'text-button rules-all',
          'data-testid': 'rules-all',
          'aria-pressed': String(isAllOpen),
          onclick: () => {
            for (const { rule_id } of setup.rules) this.toggled.set(rule_id, !isAllOpen);
            this.render();
          },
        },
        isAllOpen ? 'Fold all inputs' : 'Show all inputs and sources',
      ),
      rulesList(setup.rules, answer.rule_table, contradictions, open, (id, isOpen) => this.toggled.set(id, isOpen)),
      other.length > 0
        && element(
          'details',
          { class: 'contradictions' },
          element('summary', {}, `${other.length} more contradictions of the article`),
          ...other.map((text) => element('p', { class: 'contradiction' }, text)),
        ),
    );
  }

  private takeEquity(): void {
    const equityUsd = Number(this.equity.value === '' ? NaN : this.equity.value) / moneyRate();
    const problem = equityProblem(equityUsd);
    this.equityText.textContent = problem ?? '';
    this.equity.setAttribute('aria-invalid', String(problem !== null));
    if (problem === null) this.decisions.setEquity(equityUsd);
  }

  private async checkNow(): Promise<void> {
    this.wasAsked = true;
    await this.decisions.check();
  }
}
