import { signal } from '@preact/signals';
import { keep, readText } from '../ui/kept';

/** A place on the chart. */
export interface Anchor {
  timeMs: number;
  price: number;
}

export type Tool = 'line' | 'range' | 'measure';
export const TOOLS: readonly Tool[] = ['line', 'range', 'measure'];

/** A line stands at the price of `from`; the others reach from one place to the other. */
export interface Drawing {
  id: string;
  tool: Tool;
  from: Anchor;
  to: Anchor;
}

/** More than these on one chart say nothing, and storage is not for hoards. */
export const MOST_DRAWINGS = 100;

const nameOf = (symbol: string): string => `liqheat.drawings.${symbol}`;

/** What somebody has drawn, by symbol; a browser keeps it. */
export class Drawings {
  readonly shown = signal<readonly Drawing[]>([]);
  private symbol = '';

  /** Shows those of a symbol. */
  open(symbol: string): void {
    if (symbol === this.symbol) return;
    this.symbol = symbol;
    this.shown.value = readDrawings(readText(nameOf(symbol)));
  }

  add(tool: Tool, from: Anchor, to: Anchor): void {
    const id = `${Date.now().toString(36)}${this.shown.peek().length}`;
    this.replace([...this.shown.peek(), { id, tool, from, to }].slice(-MOST_DRAWINGS));
  }

  move(id: string, price: number): void {
    this.replace(this.shown.peek().map((one) => (one.id === id ? { ...one, from: { ...one.from, price } } : one)));
  }

  remove(id: string): void {
    this.replace(this.shown.peek().filter((one) => one.id !== id));
  }

  clear(): void {
    this.replace([]);
  }

  private replace(drawings: readonly Drawing[]): void {
    this.shown.value = drawings;
    keep(nameOf(this.symbol), JSON.stringify(drawings));
  }
}

/** What was kept, without anything that is no drawing: storage may hold whatever. */
export function readDrawings(text: string | null): Drawing[] {
  let found: unknown;
  try {
    found = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(found) ? found.filter(isDrawing).slice(-MOST_DRAWINGS) : [];
}

function isDrawing(value: unknown): value is Drawing {
  const { id, tool, from, to } = (value ?? {}) as Record<string, unknown>;
  return typeof id === 'string' && TOOLS.includes(tool as Tool) && isAnchor(from) && isAnchor(to);
}

function isAnchor(value: unknown): value is Anchor {
  const { timeMs, price } = (value ?? {}) as Record<string, unknown>;
  return Number.isFinite(timeMs) && Number.isFinite(price) && (price as number) > 0;
}
