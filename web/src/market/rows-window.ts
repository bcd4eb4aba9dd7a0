/** Height of a row in CSS pixels. All are alike, so that where one stands needs no measuring. */
export const ROW_PX = 52;

/** Rows beyond either edge that are there already: the keyboard's next stop is one of them. */
const BEYOND = 8;

interface RowsWindow {
  /** First row that is in the page, and the one after the last. */
  first: number;
  end: number;
}

/** Which of many rows are in the page: those in view and a few beyond. */
export function windowOf(nRows: number, scrollTopPx: number, heightPx: number): RowsWindow {
  const top = Math.min(Math.floor(Math.max(scrollTopPx, 0) / ROW_PX), Math.max(nRows - 1, 0));
  const first = Math.max(top - BEYOND, 0);
  return { first, end: Math.min(top + Math.ceil(heightPx / ROW_PX) + 1 + BEYOND, nRows) };
}
