import { t } from '@lingui/core/macro';
import type { SymbolsAnswer } from '../api/types';
import { told } from '../ui/language';

export type MapType = SymbolsAnswer['map_types'][number];
export type QuantityRow = SymbolsAnswer['quantities'][number];

let types: readonly MapType[] = [];
let measures: readonly QuantityRow[] = [];

/** Takes the server's rows: the heatmaps and what they may count are told there, and only drawn here. */
export function takeMapTypes({ map_types, quantities }: Pick<SymbolsAnswer, 'map_types' | 'quantities'>): void {
  const inWords = <T extends { label: string; title: string }>(row: T): T => ({
    ...row,
    label: told(row.label),
    title: told(row.title),
  });
  types = map_types.map(inWords);
  measures = quantities.map(inWords);
}

export function mapTypes(): readonly MapType[] {
  return types;
}

export function quantityRows(): readonly QuantityRow[] {
  return measures;
}

export function typeOf(name: string): MapType {
  return types.find((type) => type.name === name) ?? types[0];
}

/** The map of chosen leverages: one that is about nothing else. */
export function selectionType(): MapType {
  return types.find((type) => type.picks_leverages && !type.is_signed) ?? types[0];
}

export const LEVERAGE_PRESETS = [
  {
    name: 'all',
    label: t({ message: 'All', context: 'leverages' }),
    least: 0,
    most: Infinity,
    title: t`Every leverage`,
  },
  {
    name: 'wick',
    label: t`Wick 50–100×`,
    least: 50,
    most: 100,
    title: t`High leverage fires first and makes the wick`,
  },
  {
    name: 'follow-through',
    label: t`Follow-through 10–25×`,
    least: 10,
    most: 25,
    title: t`Lower leverage carries a move on`,
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
