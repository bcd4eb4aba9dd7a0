import { candlesCsv, cellsCsv, clustersCsv, profileCsv, saveFile, sweepsCsv, type CsvFile } from './csv';
import type { Page } from './page';
import { saveScreenshot } from './screenshot';

/** What can be saved of the page, as it is when somebody asks. */
export function savesOf({ api, shown, view, extras, messages }: Page): [name: string, save: () => void][] {
  const map = shown.map.value;
  if (map === null) return [];
  const write = (file: CsvFile | null): void => {
    if (file === null) messages.showBriefly('There is nothing of it to save');
    else saveFile(file);
  };
  const { grid } = view.heatmap;
  const clusters = extras.decisions.seen.clusters;
  const sweeps = async (): Promise<void> => {
    const { symbol, venue } = map.query;
    const answer = extras.sweeps.answer.peek() ?? (await api.sweeps({ symbol, venue }).catch(() => null));
    write(answer === null ? null : sweepsCsv(map, answer));
  };
  return [
    ['Picture (PNG)', () => saveScreenshot(view, map)],
    ['Map (CSV)', () => write(grid === null ? null : cellsCsv(map, grid, view.viewport.seenMs()))],
    ['Candles (CSV)', () => write(candlesCsv(map, map.candles))],
    ['Profile (CSV)', () => write(map.profile === null ? null : profileCsv(map, map.profile))],
    ['Clusters (CSV)', () => write(clusters === null ? null : clustersCsv(map, clusters))],
    ['Sweeps (CSV)', () => void sweeps()],
  ];
}
