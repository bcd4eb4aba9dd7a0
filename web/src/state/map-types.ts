/** The five heatmaps, and the named selections of leverage. */

export const MAP_TYPES = ['cumulative', 'realised', 'leverage', 'venue', 'delta'] as const;
export type MapType = (typeof MAP_TYPES)[number];

export const MAP_TYPE_TEXTS: Record<MapType, readonly [label: string, title: string]> = {
  cumulative: ['Cumulative', 'All estimated liquidation levels: every leverage, both sides'],
  realised: [
    'Realised',
    'What venues reported as liquidated, as circles and in the tape; the estimate stays faint behind it',
  ],
  leverage: ['Leverage', 'Estimated levels of some leverages only'],
  venue: ['Venue', 'Estimated levels of one venue, or of all together'],
  delta: ['Delta', 'Shorts less longs per price, and the net over time; below 0 is bearish, as in the article'],
};

export const LEVERAGE_PRESETS = [
  { name: 'all', label: 'All', least: 0, most: Infinity, title: 'Every leverage' },
  { name: 'wick', label: 'Wick 50–100×', least: 50, most: 100, title: 'High leverage fires first and makes the wick' },
  {
    name: 'follow-through',
    label: 'Follow-through 10–25×',
    least: 10,
    most: 25,
    title: 'Lower leverage carries a move on',
  },
] as const;
type LeveragePreset = (typeof LEVERAGE_PRESETS)[number];

/** The leverages of a preset that a market has; `null` for all of them, nothing where it has none. */
export function presetLeverages({ name, least, most }: LeveragePreset, leverages: readonly number[]): number[] | null {
  return name === 'all' ? null : leverages.filter((leverage) => leverage >= least && leverage <= most);
}

/** The preset that a selection is, if it is one. */
export function presetOf(
  selected: readonly number[] | null,
  leverages: readonly number[],
): LeveragePreset['name'] | null {
  const found = LEVERAGE_PRESETS.find((preset) => String(presetLeverages(preset, leverages)) === String(selected));
  return found?.name ?? null;
}

/** How strong the estimate is drawn: behind what was realised it is only where things were expected. */
export function heatOpacity(type: MapType): number {
  return type === 'realised' ? 0.38 : 0.92;
}
