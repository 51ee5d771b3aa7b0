import type { ServiceLine } from '../../index.js';
import type { Colours } from './terminal.js';

type Paint = 'cyan' | 'yellow' | 'green' | 'magenta' | 'blue';
const PALETTE: readonly Paint[] = ['cyan', 'yellow', 'green', 'magenta', 'blue'];

/** Makes "api  | text" of a line; a source that was not known at first takes the next colour. */
export function logRenderer(
  sources: readonly string[],
  colours: Colours,
  timestamps: boolean,
): (line: ServiceLine) => string {
  const known = [...sources];
  return ({ source, time, text }) => {
    if (!known.includes(source)) known.push(source);
    const width = Math.max(...known.map((name) => name.length));
    const paint = PALETTE[known.indexOf(source) % PALETTE.length] as Paint;
    const stamp = timestamps && time !== null ? `${new Date(time).toISOString()} ` : '';
    return `${colours[paint](`${source.padEnd(width)} |`)} ${colours.dim(stamp)}${text}\n`;
  };
}

/** The same for a program: one JSON document a line. */
export function logJson({ time, ...line }: ServiceLine): string {
  return `${JSON.stringify({ time: time === null ? null : new Date(time).toISOString(), ...line })}\n`;
}
