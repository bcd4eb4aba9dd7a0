import type { ApiClient, MarketQuery } from '../api/client';
import type { BlindSpotsAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { element } from '../ui/dom';
import { formatPercent } from '../ui/format';
import { venueName } from '../ui/venue-name';

type Claim = BlindSpotsAnswer['article'][number];

/** What the article says, beside what was measured. */
export function claimTexts({
  article_low,
  article_high,
  measured,
}: Pick<Claim, 'article_low' | 'article_high' | 'measured'>): { article: string; measured: string } {
  const percent = (share: number): string => String(Number((100 * share).toFixed(1)));
  const article = `${percent(article_low)}–${percent(article_high)} %`;
  if (measured === null) return { article, measured: 'not measured yet' };
  const { value, low, high, days } = measured;
  const span = low === null || high === null ? '' : ` (${percent(low)}–${percent(high)} %)`;
  return { article, measured: `${percent(value)} %${span}, ${days} days` };
}

/** What the map cannot see, below the scale it belongs to: folded, its heading names how much is covered. */
export class BlindSpots {
  private readonly summary = element('summary', {});
  private readonly body = element('div', { class: 'fold-body' });
  private readonly card = element(
    'details',
    { class: 'card fold', 'data-testid': 'blind-spots', hidden: true },
    this.summary,
    this.body,
  );
  private shown = '';

  constructor(
    host: HTMLElement,
    private readonly api: ApiClient,
  ) {
    host.append(this.card);
  }

  async show({ symbol, venue }: MarketQuery): Promise<void> {
    const name = `${symbol} ${venue}`;
    if (name === this.shown) return;
    this.shown = name;
    try {
      const answer = await this.api.blindSpots({ symbol, venue });
      if (this.shown === name) this.render(answer);
    } catch (error) {
      // Asked again with the next map, unless the server knows of no such thing.
      if (!isNotOffered(error)) this.shown = '';
      this.card.hidden = true;
    }
  }

  private render({ spots, coverage, venues, article, accuracy }: BlindSpotsAnswer): void {
    this.card.hidden = false;
    const covered = coverage?.share == null ? 'coverage not known' : `covers ${formatPercent(coverage.share, 0)}`;
    this.summary.replaceChildren(
      element('h2', {}, 'Blind spots'),
      element('span', { class: 'muted' }, `${spots.length} kinds · ${covered}`),
    );
    this.body.replaceChildren(
      element(
        'dl',
        { class: 'spots' },
        ...spots.map(({ name, text }) => element('div', {}, element('dt', {}, name), element('dd', {}, text))),
      ),
      element(
        'h3',
        {},
        coverage?.share == null
          ? 'Coverage is not known for this data'
          : `${formatPercent(coverage.share, 1)} of ${coverage.of}`,
      ),
      element(
        'div',
        { class: 'shares' },
        ...venues.map(({ venue, share }) => {
          const bar = element('i', {});
          bar.style.width = `${100 * (share ?? 0)}%`;
          return element(
            'div',
            { class: 'share' },
            element('span', {}, venueName(venue)),
            element('div', { class: 'band-track', 'aria-hidden': 'true' }, bar),
            element('span', { class: 'number' }, share === null ? '–' : formatPercent(share, 1)),
          );
        }),
      ),
      element(
        'table',
        { class: 'table claims' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'Claim'),
            element('th', { scope: 'col' }, 'Article'),
            element('th', { scope: 'col' }, 'Measured'),
          ),
        ),
        element(
          'tbody',
          {},
          ...article.map((claim) => {
            const texts = claimTexts(claim);
            return element(
              'tr',
              { title: claim.note },
              element('th', { scope: 'row' }, claim.claim),
              element('td', { class: 'number' }, texts.article),
              element('td', { class: claim.measured === null ? 'muted' : 'number' }, texts.measured),
            );
          }),
        ),
      ),
      ...article.filter(({ note }) => note !== '').map(({ note }) => element('p', { class: 'honesty' }, note)),
      ...(accuracy === undefined
        ? []
        : [
            element('h3', {}, 'How accurate the map is'),
            element(
              'p',
              { 'data-testid': 'accuracy-headline' },
              accuracy.headline,
              ' ',
              element('a', { href: accuracy.page }, 'All figures'),
            ),
          ]),
    );
  }
}
