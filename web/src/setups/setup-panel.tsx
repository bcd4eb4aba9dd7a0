import { t } from '@lingui/core/macro';
import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import type { RuleResult, Style } from '../api/decisions';
import type { Book } from '../chart/depth-layer';
import { Toggles } from '../ui/fields';
import { SIDE_SIGNS, formatPrice } from '../ui/format';
import { isNarrow } from '../ui/media';
import type { Store } from '../state/store';
import { ClusterFacts } from './cluster-facts';
import type { Decisions } from './decisions';
import { Ladder } from './ladder';
import { Rules } from './rules-list';
import { SetupControls } from './setup-controls';
import {
  clusterMoney,
  countRules,
  countSigns,
  heaviestOf,
  ladderRows,
  setupTitle,
  type LadderRow,
} from './setup-words';
import { Steps } from './steps';
import { TradeCard } from './trade-card';
import { Verdict } from './verdict';

type Part = 'steps' | 'trade' | 'rules' | 'cluster';
const PARTS: Record<Part, string> = { steps: t`Steps`, trade: t`Trade`, rules: t`Rules`, cluster: t`Cluster` };

const NO_SUCH_CLUSTER: Record<Style, string> = {
  scalp: t`On the map of a scalp trade (hours: read from positions of the last 24 h) \
there is no such cluster, so there is no setup of it.`,
  day: t`On the map of a day trade (a day: positions of the last 3 d) \
there is no such cluster, so there is no setup of it.`,
  swing: t`On the map of a swing trade (days: positions of the last 7 d) \
there is no such cluster, so there is no setup of it.`,
};

/** What a person has opened; kept while they look at another cluster. */
interface Opened {
  part: Signal<Part>;
  ruleIds: Signal<ReadonlySet<string>>;
}

interface PanelProps {
  store: Store;
  decisions: Decisions;
  /** The newest order book, where there is one. */
  book: Book | null;
  onHover: (id: string | null) => void;
}

/** Clusters as a ladder of prices, and below it the chosen one: the trade, every rule, the cluster. */
export function SetupPanel({ store, decisions, book, onHover }: PanelProps): JSX.Element | null {
  const opened: Opened = {
    part: useSignal<Part>(isNarrow.value ? 'steps' : 'trade'),
    ruleIds: useSignal<ReadonlySet<string>>(new Set()),
  };
  // What nobody sees waits: a map that is being switched comes first.
  if (store.state.panel !== 'setups') return null;
  const { clusters, setups } = decisions.seen;
  const rows = ladderRows(clusters?.clusters ?? [], setups?.setups ?? []);
  const chosen = chosenRow(rows, store.state.cluster, decisions);
  return (
    <>
      <SetupControls store={store} decisions={decisions} />
      <Ladder
        rows={rows}
        chosen={chosen}
        price={setups?.price ?? clusters?.price ?? 0}
        emptyText={clusters === null && setups === null ? t`Looking for clusters…` : t`No cluster near the price.`}
        onChoose={(cluster) => store.update({ cluster })}
        onHover={onHover}
      />
      <div
        class="setup-detail"
        data-testid="setup-detail"
        data-cluster={chosen?.id}
        data-time-ms={chosen === null ? undefined : setups?.time_ms}
      >
        {chosen !== null && (
          <Detail
            row={chosen}
            heaviestUsd={heaviestOf(rows.map(({ tracked }) => tracked))}
            store={store}
            decisions={decisions}
            opened={opened}
            book={book}
          />
        )}
      </div>
    </>
  );
}

/** The chosen one, else the best setup, else the nearest cluster. */
function chosenRow(rows: readonly LadderRow[], cluster: string | null, { seen }: Decisions): LadderRow | null {
  const best = seen.setups?.setups[0];
  return (
    rows.find(({ id, setup }) => id === cluster || (cluster !== null && setup?.cluster.cluster_id === cluster))
    ?? rows.find(({ setup }) => setup !== null && setup === best)
    ?? rows[0]
    ?? null
  );
}

interface DetailProps {
  row: LadderRow;
  heaviestUsd: number;
  store: Store;
  decisions: Decisions;
  opened: Opened;
  book: Book | null;
}

function Detail(props: DetailProps): JSX.Element {
  const { row, heaviestUsd, opened } = props;
  const { setup, tracked } = row;
  const { side, low_price, high_price } = tracked.cluster;
  const part = opened.part.value;
  const size = clusterMoney(tracked, heaviestUsd);
  return (
    <>
      <div class="detail-head">
        <div>
          <h2>
            {setup === null
              ? `${SIDE_SIGNS[side]} ${side === 'long' ? t`Cluster of longs` : t`Cluster of shorts`}`
              : setupTitle(setup)}
          </h2>
          <div class="muted number">
            {`${formatPrice(low_price)} – ${formatPrice(high_price)} · `
              + (tracked.cluster.quantity === 'held' ? t`strength ${size}` : t`${size} estimated`)}
          </div>
        </div>
        {setup !== null && <Verdict verdict={setup.verdict} testId="setup-verdict" />}
      </div>
      <Toggles
        id="part"
        class="parts"
        label={t`Of this cluster`}
        choices={(Object.keys(PARTS) as Part[]).map((name) => ({
          name,
          isPressed: name === part,
          ...(name === 'rules' && setup !== null ? rulesWords(setup.rules) : { text: PARTS[name] }),
        }))}
        onChoose={(chosen) => (opened.part.value = chosen)}
      />
      {/* Another cluster or part begins at its top. */}
      <div key={`${row.id} ${part}`} class="detail-body" tabIndex={0} role="region" aria-label={PARTS[part]}>
        <PartBody {...props} />
      </div>
    </>
  );
}

function rulesWords(rules: readonly RuleResult[]): { text: ComponentChildren; title: string } {
  return {
    text: [PARTS.rules, <span class="rule-counts number">{countSigns(rules)}</span>],
    title: countRules(rules),
  };
}

function PartBody({ row: { setup, tracked }, store, decisions, opened, book }: DetailProps): JSX.Element {
  const { setups: answer, clusters } = decisions.seen;
  if (opened.part.value === 'cluster') {
    const price = answer?.price ?? clusters?.price ?? tracked.cluster.reference_price;
    return <ClusterFacts tracked={tracked} price={price} />;
  }
  if (setup === null || answer === null) {
    return (
      <p class="muted" data-testid="no-setup">
        {!decisions.arePriced
          ? t`There are no parameters for bars this long, so no dollars to size a trade by.`
          : answer === null
            ? t`Not scored yet.`
            : NO_SUCH_CLUSTER[store.state.style]}
      </p>
    );
  }
  if (opened.part.value === 'steps') return <Steps setup={setup} answer={answer} book={book} />;
  if (opened.part.value === 'trade') return <TradeCard setup={setup} answer={answer} />;
  return (
    <Rules
      setup={setup}
      answer={answer}
      openIds={opened.ruleIds.value}
      onOpen={(ids) => (opened.ruleIds.value = ids)}
    />
  );
}
