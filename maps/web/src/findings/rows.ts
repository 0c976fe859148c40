/** Which rows of a very long list stand in the page: those in sight and a few around them. */

export interface RowsView {
  readonly count: number;
  /** Pixels of one row. */
  readonly row: number;
  /** The row that is open and the pixels it takes more than the others; null: none. */
  readonly open: { readonly index: number; readonly extra: number } | null;
  readonly top: number;
  readonly height: number;
}

export interface RowsShown {
  readonly from: number;
  /** The first row that is not there any more. */
  readonly to: number;
  /** Pixels left empty above the first row. */
  readonly above: number;
  readonly total: number;
}

const AROUND = 4;

/** Where row `index` begins. */
export function topOf(view: Pick<RowsView, 'row' | 'open'>, index: number): number {
  return index * view.row + (view.open && view.open.index < index ? view.open.extra : 0);
}

/** The row under a height of the list. */
function rowAt({ row, open }: RowsView, y: number): number {
  if (!open || y < (open.index + 1) * row) return Math.floor(y / row);
  return Math.max(open.index, Math.floor((y - open.extra) / row));
}

export function rowsShown(view: RowsView): RowsShown {
  const total = topOf(view, view.count);
  const top = Math.max(0, Math.min(view.top, total - view.height));
  const from = Math.max(0, rowAt(view, top) - AROUND);
  const to = Math.min(view.count, rowAt(view, top + view.height) + 1 + AROUND);
  return { from, to, above: topOf(view, from), total };
}

/** How the list must be scrolled so that row `index` is in sight; unchanged when it is. */
export function scrolledTo(view: RowsView, index: number): number {
  const start = topOf(view, index);
  const end = topOf(view, index + 1);
  if (start < view.top) return start;
  return end > view.top + view.height ? Math.min(start, end - view.height) : view.top;
}

/** The row that a key leads to from row `index`; null for a key that does not walk. */
export function walkedTo({ count, row, height }: RowsView, key: string, index: number): number | null {
  const page = Math.max(1, Math.floor(height / row) - 1);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}
