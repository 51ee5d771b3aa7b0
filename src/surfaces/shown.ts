import { plainText } from '../index.js';

/**
 * Text as it may be written to a terminal or a log. Names, reasons and log lines come from elsewhere: they must not move
 * a cursor, and in a GitHub job no line of them may be a workflow command.
 */
export function shown(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const plain = plainText(text);
  return env.GITHUB_ACTIONS === 'true' ? withoutCommands(plain) : plain;
}

/** The same, on one line. */
export function shownOnOneLine(text: string): string {
  return shown(text.replace(/\s+/g, ' ').trim());
}

/** JSON with the same meaning: of control characters `JSON.stringify` leaves the upper ones as they are. */
export function shownJson(data: unknown): string {
  return JSON.stringify(data, null, 2)
    .replaceAll('##[', '#\\u0023[')
    .replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** The runner takes `::name::` at the beginning of a line and `##[name]` anywhere (actions/runner, ActionCommand.cs). */
function withoutCommands(text: string): string {
  return text.replace(/^(\s*)::/gm, '$1: :').replaceAll('##[', '## [');
}
