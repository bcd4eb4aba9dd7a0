import '../ui/speak';
import { t } from '@lingui/core/macro';
import { BESIDE_SIDES, besideChannel, besideHash } from '../state/beside-channel';
import { byId, say } from '../ui/dom';
import { paintPage } from '../ui/theme';

/** What the right view starts with where the link names none: the newest positions only. */
const USUAL_RIGHT = '?cohort=24h';

paintPage();
say('h1', t`Two views`);
say('#one', t`One view`);
say(
  '.beside-head p',
  t`Times, prices and the crosshair are linked; each view keeps its own market, range and filters.`,
);
document.title = `${t`Two views`} · liqheat`;
// Any will do that no other tab has; a browser gives real ones to https and localhost only.
const id = Math.random().toString(36).slice(2);
const given = new URLSearchParams(location.search);
const shown = { left: searchOf('left', ''), right: searchOf('right', USUAL_RIGHT) };

/** A view of this very server: whatever the link says, it is no more than its query. */
function searchOf(side: 'left' | 'right', usual: string): string {
  const text = given.get(side);
  return text === null ? usual : `?${new URLSearchParams(text).toString()}`;
}

for (const side of BESIDE_SIDES) {
  const frame = document.createElement('iframe');
  frame.title = side === 'left' ? t`Left view` : t`Right view`;
  frame.dataset.testid = `view-${side}`;
  frame.src = `/${shown[side]}${besideHash(id, side)}`;
  byId('views').append(frame);
}

// A link to both views as they are now.
const channel = besideChannel(id);
channel.onmessage = ({ data }) => {
  if (data.kind !== 'link') return;
  shown[data.from] = data.search;
  const search = new URLSearchParams({ left: shown.left.slice(1), right: shown.right.slice(1) });
  history.replaceState(null, '', `${location.pathname}?${search.toString()}`);
  byId('one').setAttribute('href', `/${shown.left}`);
};
