import { EnvironmentError } from '../../index.js';
import { shown, shownJson } from '../shown.js';

/** The data of a command that worked, on stdout. */
export function printData(data: unknown): void {
  process.stdout.write(`${shownJson({ success: true, data })}\n`);
}

/** The answer of a command to a person, on stdout. */
export function printText(text: string): void {
  process.stdout.write(shown(text));
}

/** Prose on stderr, or with --json the envelope on stdout. Anything but an EnvironmentError is a bug and shows its stack. */
export function printError(error: unknown, json: boolean): void {
  if (json) {
    const body = error instanceof EnvironmentError ? error.toJSON() : { code: 'BUG', message: String(error) };
    process.stdout.write(`${shownJson({ success: false, error: body })}\n`);
    return;
  }
  if (!(error instanceof EnvironmentError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(shown(`docker-manual: this is a bug, please report it:\n${stack}\n`));
    return;
  }
  const step = error.step ? ` (at step "${error.step}")` : '';
  const folder = error.dossier && !error.message.includes(error.dossier) ? `\n  full logs: ${error.dossier}` : '';
  process.stderr.write(shown(`error ${error.code}${step}: ${error.message}${folder}\n  hint: ${error.hint}\n`));
}
