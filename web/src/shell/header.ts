import type { Lqh1Header } from '../api/lqh1';
import type { Market, Weights } from '../api/types';
import { element, icon } from '../ui/dom';
import { segmented, select, toggle } from '../ui/fields';
import { measureText } from '../ui/format';
import { usableCurrencies } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { ALL_VENUES, WEIGHTS } from '../state/state';
import type { Store } from '../state/store';
import { modelBadge, modelText } from '../chart/model-words';

const WEIGHT_LABELS: Record<Weights, string> = {
  open_interest: 'by open interest',
  equal: 'all alike',
  volume: 'by volume',
};

function weightsSelect(store: Store): HTMLSelectElement {
  return select(
    'weights',
    'How venues count in their sum',
    WEIGHTS.map((weights) => [weights, WEIGHT_LABELS[weights]]),
    store.state.weights,
    (value) => store.update({ weights: value as Weights }),
  );
}

/** Figures of money in another currency; prices only when they are asked for, too. */
function currencyControls(store: Store): HTMLElement {
  const { currency, arePricesConverted } = store.state;
  const choices = Object.keys(usableCurrencies(store.answer.currencies)).map((code) => [code, code] as const);
  const picker = select('currency', 'Currency of figures', choices, currency, (value) =>
    store.update({ currency: value }),
  );
  if (currency === 'USD') return element('div', { class: 'pair' }, picker);
  return element(
    'div',
    { class: 'pair' },
    picker,
    segmented(
      toggle(
        'Prices too',
        arePricesConverted,
        'convert-prices',
        () => store.update({ arePricesConverted: !arePricesConverted }),
        'Show prices in this currency, too; the axis then has no round prices',
      ),
    ),
  );
}

interface HeaderActions {
  onScreenshot: () => void;
  onCopyLink: () => void;
  onHelp: () => void;
  onAbout: () => void;
}

const ICONS = {
  camera:
    'M6.5 5 8 3h4l1.5 2H16a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7c0-1.1.9-2 2-2h2.5Z'
    + 'M10 7.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7Z',
  link:
    'M8.500 11.500a3 3 0 0 0 4.300 0l3-3a3 3 0 0 0-4.300-4.300L10.300 5.400'
    + 'M11.500 8.500a3 3 0 0 0-4.300 0l-3 3a3 3 0 0 0 4.300 4.300l1.200-1.200',
  help:
    'M7.500 7.500a2.500 2.500 0 1 1 3.600 2.200c-.8.4-1.100.9-1.100 1.800v.3M10 14.800v.1'
    + 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  info: 'M10 9v5.500M10 6v.1M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
};

/** @returns what writes the calibration badge once an answer tells it */
export function mountHeader(
  host: HTMLElement,
  store: Store,
  actions: HeaderActions,
): (header: Pick<Lqh1Header, 'calibration' | 'measure' | 'model'>) => void {
  const action = (path: string, label: string, testId: string, onClick: () => void): HTMLElement =>
    element(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'aria-label': label,
        title: label,
        'data-testid': testId,
        onclick: onClick,
      },
      icon(path),
    );
  const picker = select('market', 'Market', [], '', (value) => {
    const { symbol, venue } = store.answer.markets[Number(value)];
    store.update({ symbol, venue, interval: null });
  });
  picker.classList.add('market');
  const weights = weightsSelect(store);
  weights.classList.add('weights');
  const money = element('div', { class: 'money', role: 'group', 'aria-label': 'Currency' });
  const badges = element('div', { class: 'badges' });
  const calibration = element('span', { class: 'badge badge-calibration', 'data-testid': 'badge-calibration' });
  const renderMoney = (): void => {
    const hadFocus = document.activeElement?.getAttribute('data-testid');
    money.replaceChildren(currencyControls(store));
    if (hadFocus) money.querySelector<HTMLElement>(`[data-testid="${hadFocus}"]`)?.focus();
  };
  const renderWeights = (): void => {
    weights.hidden = store.market.venue !== ALL_VENUES;
    weights.value = store.state.weights;
  };
  const renderPicker = (): void => {
    picker.replaceChildren(
      ...store.answer.markets.map((market, index) => element('option', { value: index }, marketName(market))),
    );
    picker.value = String(store.answer.markets.indexOf(store.market));
  };
  const render = (): void => {
    // A link or another control may have changed the market.
    picker.value = String(store.answer.markets.indexOf(store.market));
    renderMoney();
    renderWeights();
    badges.replaceChildren(
      (store.market.origin === 'simulated'
        && element(
          'span',
          {
            class: 'badge badge-simulated',
            'data-testid': 'badge-origin',
            title: 'No real market: prices and positions come from an agent model',
          },
          'Simulated market',
        ))
        || '',
    );
  };
  store.subscribe(render);
  store.onRenewed(() => {
    renderPicker();
    renderMoney();
  });
  renderPicker();
  render();
  host.replaceChildren(
    element(
      'h1',
      { class: 'brand' },
      element('img', { src: import.meta.env.BASE_URL + 'favicon.svg', alt: '', width: 24, height: 24 }),
      element('span', {}, 'liq', element('b', {}, 'heat')),
    ),
    element(
      'a',
      { class: 'nav-link', href: '/market', 'data-testid': 'market-link', title: 'All markets in one table' },
      'Markets',
    ),
    picker,
    weights,
    badges,
    calibration,
    money,
    element(
      'div',
      { class: 'actions' },
      action(ICONS.camera, 'Save as picture', 'screenshot', actions.onScreenshot),
      action(ICONS.link, 'Copy link to this view', 'copy-link', actions.onCopyLink),
      action(ICONS.help, 'Keyboard help', 'help', actions.onHelp),
      action(ICONS.info, 'About this map', 'about', actions.onAbout),
    ),
  );
  const showCalibration = (header: Pick<Lqh1Header, 'calibration' | 'measure' | 'model'>): void => {
    calibration.classList.toggle('is-warning', header.model?.warning != null);
    if (header.model != null) {
      const [word, more] = modelBadge(header.model);
      calibration.title = modelText(header.model);
      calibration.replaceChildren(element('b', {}, word), element('span', { class: 'badge-more' }, ` · ${more}`));
      return;
    }
    calibration.title =
      header.calibration === 'uncalibrated'
        ? 'Not fitted to observed liquidations: compare places on the map, do not take the figures as dollars at stake'
        : header.calibration;
    calibration.replaceChildren(
      element('b', {}, header.calibration),
      element('span', { class: 'badge-more' }, ` · ${measureText(header)}`),
    );
  };
  showCalibration({ calibration: 'uncalibrated', measure: 'held_notional_usd' });
  return showCalibration;
}

function marketName({ symbol, venue, venues }: Market): string {
  const all = `all ${venues?.length ?? ''} venues`.replace('  ', ' ');
  return `${symbol}  ·  ${venue === ALL_VENUES ? all : venueName(venue)}`;
}
