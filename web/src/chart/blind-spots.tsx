import { plural, t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ApiClient, MarketQuery } from '../api/client';
import type { BlindSpotsAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { Fold, Share, Table } from '../ui/figures';
import { formatPercent, formatShortNumber } from '../ui/format';
import { venueName } from '../ui/venue-name';
import { told } from '../ui/language';

type Claim = BlindSpotsAnswer['article'][number];

/** What the article says, beside what was measured. */
export function claimTexts({
  article_low,
  article_high,
  measured,
}: Pick<Claim, 'article_low' | 'article_high' | 'measured'>): { article: string; measured: string } {
  const percent = (share: number): string => formatShortNumber(100 * share, 1);
  const article = `${percent(article_low)}–${percent(article_high)} %`;
  if (measured === null) return { article, measured: t`not measured yet` };
  const { value, low, high, days } = measured;
  const span = low === null || high === null ? '' : ` (${percent(low)}–${percent(high)} %)`;
  return { article, measured: `${percent(value)} %${span}, ${plural(days, { one: '# day', other: '# days' })}` };
}

/** What the map of a market cannot see, as the server tells it. */
export class BlindSpots {
  readonly answer = signal<BlindSpotsAnswer | null>(null);
  private shown = '';

  constructor(private readonly api: ApiClient) {}

  async show({ symbol, venue }: MarketQuery): Promise<void> {
    const name = `${symbol} ${venue}`;
    if (name === this.shown) return;
    this.shown = name;
    try {
      const answer = await this.api.blindSpots({ symbol, venue });
      if (this.shown === name) this.answer.value = answer;
    } catch (error) {
      // Asked again with the next map, unless the server knows of no such thing.
      if (!isNotOffered(error)) this.shown = '';
      this.answer.value = null;
    }
  }
}

/** Below the scale it belongs to: folded, its heading names how much is covered. */
export function BlindSpotsCard({ answer }: { answer: BlindSpotsAnswer | null }): JSX.Element {
  const coverage = answer?.coverage;
  const percent = formatPercent(coverage?.share ?? 0, 0);
  const covered = coverage?.share == null ? t`coverage not known` : t`covers ${percent}`;
  const kinds = answer?.spots.length ?? 0;
  const counted = t({ message: plural(kinds, { one: '# kind', other: '# kinds' }), comment: 'Of blind spots' });
  return (
    <Fold
      testId="blind-spots"
      heading={t`Blind spots`}
      note={answer === null ? '' : `${counted} · ${covered}`}
      isHidden={answer === null}
    >
      {answer !== null && <Spots {...answer} />}
    </Fold>
  );
}

function Spots({ spots, coverage, venues, article, accuracy }: BlindSpotsAnswer): JSX.Element {
  const percent = formatPercent(coverage?.share ?? 0, 1);
  const whole = coverage?.of;
  return (
    <>
      <dl class="spots">
        {spots.map(({ name, text }) => (
          <div key={name}>
            <dt>{told(name)}</dt>
            <dd>{told(text)}</dd>
          </div>
        ))}
      </dl>
      <h3>{coverage?.share == null ? t`Coverage is not known for this data` : t`${percent} of ${whole}`}</h3>
      <div class="shares">
        {venues.map(({ venue, share }) => (
          <Share key={venue} label={venueName(venue)} part={share ?? 0}>
            {share === null ? '–' : formatPercent(share, 1)}
          </Share>
        ))}
      </div>
      <Table class="claims" head={[t`Claim`, t`Article`, t`Measured`]}>
        {article.map((claim) => {
          const texts = claimTexts(claim);
          return (
            <tr key={claim.claim} title={claim.note}>
              <th scope="row">{claim.claim}</th>
              <td class="number">{texts.article}</td>
              <td class={claim.measured === null ? 'muted' : 'number'}>{texts.measured}</td>
            </tr>
          );
        })}
      </Table>
      {article
        .filter(({ note }) => note !== '')
        .map(({ claim, note }) => (
          <p key={claim} class="honesty">
            {note}
          </p>
        ))}
      {accuracy !== undefined && (
        <>
          <h3>{t`How accurate the map is`}</h3>
          <p data-testid="accuracy-headline">
            {accuracy.headline} <a href={accuracy.page}>{t`All figures`}</a>
          </p>
        </>
      )}
    </>
  );
}
