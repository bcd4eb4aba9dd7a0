import { must, mustHave, mustBeAbove, mustBeCount, mustBeOfType, mustNotBeNegative } from './must.js';
import type { HeatGridInput } from './types.js';

/** Refuses a grid that would be drawn wrongly, or not at all. */
export function checkGrid(input: HeatGridInput): void {
  const { columns, buckets, startMs, stepMs, priceEdges, priceAxis, quantisation, cells, negativeCells } = input;
  mustBeCount('columns', columns);
  mustBeCount('buckets', buckets);
  must(Number.isFinite(startMs), 'startMs', 'be a number', startMs);
  mustBeAbove(0, 'stepMs', stepMs);
  must(priceAxis === 'linear' || priceAxis === 'log', 'priceAxis', 'be "linear" or "log"', priceAxis);
  mustHave(buckets + 1, 'priceEdges', priceEdges);
  priceEdges.forEach((price, edge) =>
    mustBeAbove(edge > 0 ? priceEdges[edge - 1] : -Infinity, `priceEdges[${edge}]`, price),
  );
  if (priceAxis === 'log') mustBeAbove(0, 'priceEdges[0]', priceEdges[0]);
  mustNotBeNegative('quantisation.maxUsd', quantisation.maxUsd);
  mustBeAbove(0, 'quantisation.decades', quantisation.decades);
  mustBeBytes('cells', cells, columns * buckets);
  if (negativeCells !== undefined) mustBeBytes('negativeCells', negativeCells, columns * buckets);
}

/** Refuses a column whose figures are too few, too many, no numbers, or below 0 without a second plane for them. */
export function checkFigures(valuesUsd: ArrayLike<number>, count: number, isSigned: boolean): void {
  mustHave(count, 'valuesUsd', valuesUsd);
  for (let index = 0; index < count; index++) {
    const usd = valuesUsd[index];
    mustNotBeNegative(`valuesUsd[${index}]`, isSigned ? Math.abs(usd) : usd);
  }
}

/** Other arrays could hold NaN and figures below 0, which are no cells. */
function mustBeBytes(place: string, found: Uint8Array, count: number): void {
  mustBeOfType('Uint8Array', place, found);
  mustHave(count, place, found);
}
