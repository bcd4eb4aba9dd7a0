import { t } from '@lingui/core/macro';

/** What the page's terms mean, a line each, by the term as it is shown. */
export const MEANINGS: Readonly<Record<string, string>> = {
  [t`Bucket`]: t`The range of prices that a figure is for.`,
  [t`On the way there`]: t`All that is expected to be liquidated between the price and this one.`,
  [t`On the way`]: t`All that is expected to be liquidated before the cluster is reached.`,
  [t`Near edge`]: t`Where the cluster begins, seen from the price.`,
  [t`Peak`]: t`The price in the cluster at which most is expected.`,
  [t`Far edge`]: t`Where the cluster ends, seen from the price.`,
  [t`Phase`]: t`Whether it forms, grows, is full or fades.`,
  [t`Age`]: t`Since when there is something of it on the map.`,
  [t`Growth`]: t`How much more or less it is worth than a day ago.`,
  [t`Moved since birth`]: t`How far its middle has gone since then.`,
  [t`Partial sweeps`]: t`How often the price went into it without going through.`,
  [t`Backed by data`]: t`How much of the distance and leverage was seen in the days the parameters were fitted on.`,
  [t`Reward / risk`]: t`What is won at target 1 for each dollar that is lost at the stop.`,
  [t`Breaks even at`]: t`The part of such trades that has to win for nothing to be lost, costs included.`,
  [t`Value at entry`]: t`Size times the price of the entry.`,
  [t`Of equity`]: t`The value at entry beside your account.`,
  [t`Lost at the stop`]: t`What a stop costs, with fees and slippage.`,
  [t`Evidence`]: t`Points of rules that pass; the verdict goes by the hard ones.`,
  [t`If reached`]: t`What is expected to be liquidated inside, if the price gets there within the chosen time.`,
  [t`Chance`]: t`Of getting there within the chosen time, for a price without a trend.`,
  [t`Away`]: t`Distance of the near edge from the price.`,
};
