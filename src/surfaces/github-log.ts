import { randomUUID } from 'node:crypto';
import { shown } from './shown.js';

/** Text as one line, or a part of one, of a GitHub log; the runner finds no command in it. */
export function safeLine(text: string): string {
  return shown(text.replace(/\s+/g, ' ').trim(), { GITHUB_ACTIONS: 'true' });
}

/** Lines of which the runner reads none as a command, as they are; the token is one that no log can know. */
export function unread(lines: readonly string[]): string {
  const token = randomUUID();
  return [`::stop-commands::${token}`, ...lines, `::${token}::`, ''].join('\n');
}
