import type { HistoryEvent } from '../../index.js';
import { table } from './table.js';

/** Longer details are cut: one event is one line; --json has all of it. */
const LONGEST_DETAIL = 120;

/** One line an event, newest last, as in a log. */
export function historyTable(events: readonly HistoryEvent[]): string {
  if (events.length === 0) return 'Nothing has happened yet.\n';
  const head = ['TIME', 'ENVIRONMENT', 'EVENT', 'IN', 'BY', 'DETAIL'];
  const rows = events.map((event) => [
    localTime(event.at),
    event.project,
    event.action,
    event.operation === '' ? '-' : `${event.operation} ${event.correlation}`,
    printable(event.actor),
    detailText(event.detail),
  ]);
  return `${table([head, ...rows])}\n`;
}

/** "2026-11-21 10:33:02", on the reader's own clock. */
function localTime(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

function detailText(detail: HistoryEvent['detail']): string {
  const parts = Object.entries(detail).flatMap(([key, value]) => {
    const text = valueText(value);
    return text === '' ? [] : [`${key} ${text}`];
  });
  const line = printable(parts.join(', '));
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL - 1)}…` : line;
}

/** A range of ports as one, a list with commas, anything else with its names; nothing for what is empty. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  if (typeof value !== 'object') return String(value);
  const { first, last } = value as { first?: unknown; last?: unknown };
  if (typeof first === 'number' && typeof last === 'number') return `${first}-${last}`;
  return Object.entries(value)
    .map(([key, each]) => `${key} ${valueText(each)}`)
    .join(' ');
}

/** Names and reasons come from elsewhere: they must not move the cursor of a terminal or begin a line of their own. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is replaced
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
