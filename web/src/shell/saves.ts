import { t } from '@lingui/core/macro';
import type { SweepsAnswer } from '../api/decisions';
import type * as Csv from './csv';
import type { Page } from './page';

/** What can be saved: its name, what its button says, and what saves it. */
export type Save = readonly [name: string, text: string, save: () => void];

/** What can be saved of the page, as it is when somebody asks. */
export function savesOf({ api, shown, view, extras, messages }: Page): Save[] {
  const map = shown.map.value;
  if (map === null) return [];
  /** The code that writes files comes when somebody saves one. */
  const write = (
    make: (csv: typeof Csv) => Csv.CsvFile | null | Promise<Csv.CsvFile | null>,
  ): (() => Promise<void>) => {
    const save = async (): Promise<void> => {
      try {
        const csv = await import('./csv');
        const file = await make(csv);
        if (file === null) messages.showBriefly(t`There is nothing of it to save`);
        else csv.saveFile(file);
      } catch (error) {
        messages.showError(error, () => void save());
      }
    };
    return save;
  };
  const { grid } = view.heatmap;
  const clusters = extras.decisions.seen.clusters;
  const sweeps = async (): Promise<SweepsAnswer> => {
    const { symbol, venue } = map.query;
    return extras.sweeps.answer.peek() ?? (await api.sweeps({ symbol, venue }));
  };
  const picture = async (): Promise<void> => {
    const { saveScreenshot } = await import('./screenshot');
    saveScreenshot(view, map);
  };
  const rows: [string, string, () => Promise<void>][] = [
    ['picture', t`Picture (PNG)`, picture],
    ['map', t`Map (CSV)`, write((csv) => (grid === null ? null : csv.cellsCsv(map, grid, view.viewport.seenMs())))],
    ['candles', t`Candles (CSV)`, write((csv) => csv.candlesCsv(map, map.candles))],
    ['profile', t`Profile (CSV)`, write((csv) => (map.profile === null ? null : csv.profileCsv(map, map.profile)))],
    ['clusters', t`Clusters (CSV)`, write((csv) => (clusters === null ? null : csv.clustersCsv(map, clusters)))],
    ['sweeps', t`Sweeps (CSV)`, write(async (csv) => csv.sweepsCsv(map, await sweeps()))],
  ];
  return rows.map(([name, text, save]) => [name, text, () => void save()]);
}
