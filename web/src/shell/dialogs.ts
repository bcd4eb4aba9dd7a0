import { element } from '../ui/dom';

const KEYS: readonly (readonly [string, string])[] = [
  ['← →', 'pan (with Shift: ten times as far)'],
  ['+ −', 'zoom'],
  ['0', 'fit the whole range'],
  ['L', 'logarithmic price scale'],
  ['H', 'heat on or off'],
  ['P', 'liquidation map at the right on or off'],
  ['R', 'realised liquidations on or off'],
  ['F', 'held notional or expected forced flow'],
  ['C', 'clusters on or off'],
  ['B', 'order book on or off'],
  ['1 … 5', 'type of the map'],
  ['?', 'this help'],
  ['Esc', 'close'],
];

interface AboutFacts {
  market: string;
  modelVersion: string;
  measure: string;
  calibration: string;
  /** Parameters of expected forced flow, where it is shown. */
  flowModel: string | null;
  notes: readonly string[];
  /** How accurate the map is, in one sentence. */
  accuracy: Promise<string>;
}

interface Dialogs {
  showHelp: () => void;
  showAbout(facts: AboutFacts): void;
}

export function mountDialogs(): Dialogs {
  const help = dialog('Keyboard');
  help.body.append(
    element(
      'dl',
      { class: 'keys' },
      ...KEYS.map(([key, meaning]) =>
        element(
          'div',
          {},
          element('dt', {}, ...key.split(' ').map((part) => element('kbd', {}, part))),
          element('dd', {}, meaning),
        ),
      ),
    ),
  );
  const about = dialog('About this map');
  return {
    showHelp: () => help.node.showModal(),
    showAbout(facts) {
      about.body.replaceChildren(...aboutContent(facts).filter((part) => part !== false));
      about.node.showModal();
    },
  };
}

function aboutContent({
  market,
  modelVersion,
  measure,
  calibration,
  flowModel,
  notes,
  accuracy,
}: AboutFacts): (HTMLElement | false)[] {
  const headline = element('span', { 'data-testid': 'about-accuracy' }, '…');
  void accuracy.then((text) => {
    headline.textContent = text;
  });
  return [
    element(
      'p',
      {},
      'The map estimates where leveraged positions would be force-closed. Exchanges do not publish positions: a model '
        + 'places the open interest that appears on each candle at the liquidation prices of a mix of leverages, and '
        + 'takes a level away once the price has swept it.',
    ),
    element(
      'p',
      {},
      'Brighter means more estimated position value per price bucket. Compare places on the map with each other; do '
        + 'not take a figure as dollars that will be sold or bought. A liquidation level is not a forecast and nothing '
        + 'here is advice.',
    ),
    element(
      'p',
      {},
      'Held and Flow are two maps. Held notional is what stands open at a price. Expected forced flow is what of it is '
        + 'expected to be force-closed, by weights fitted to realised liquidations; its range is that of refits, its '
        + 'support how much of it past sweeps back.',
    ),
    element(
      'p',
      {},
      'Circles and the tape are something else: liquidations that venues reported. Venues publish a part of them only, '
        + 'and each says the price in its own sense; both stand beside every figure. They are never added to '
        + 'estimates.',
    ),
    element(
      'dl',
      { class: 'facts' },
      fact('Market', market),
      fact('Measure', measure),
      fact('Calibration', calibration),
      fact('Model', modelVersion),
    ),
    flowModel !== null && element('p', { 'data-testid': 'about-flow' }, flowModel),
    element('h3', {}, 'How accurate it is'),
    element('p', {}, headline, ' ', element('a', { href: '/accuracy' }, 'All figures')),
    element('h3', {}, 'Notes on this data'),
    notes.length > 0
      ? element('ul', {}, ...notes.map((note) => element('li', {}, note)))
      : element('p', { class: 'muted' }, 'None.'),
    element('h3', {}, 'Notices'),
    element(
      'p',
      { class: 'notice' },
      'TradingView Lightweight Charts™',
      element('br'),
      'Copyright (с) 2025 TradingView, Inc. ',
      element(
        'a',
        { href: 'https://www.tradingview.com/', target: '_blank', rel: 'noopener' },
        'https://www.tradingview.com/',
      ),
    ),
  ];
}

function fact(name: string, value: string): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}

function dialog(title: string): { node: HTMLDialogElement; body: HTMLElement } {
  const body = element('div', { class: 'dialog-body' });
  const node = element(
    'dialog',
    { 'aria-label': title },
    element(
      'div',
      { class: 'dialog-head' },
      element('h2', {}, title),
      element(
        'button',
        { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => node.close() },
        '✕',
      ),
    ),
    body,
  );
  node.addEventListener('click', (event) => {
    if (event.target === node) node.close();
  });
  document.body.append(node);
  return { node, body };
}
