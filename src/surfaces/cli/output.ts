import { EnvironmentError } from '../../index.js';

/** The data of a command that worked, on stdout. */
export function printData(data: unknown): void {
  process.stdout.write(`${JSON.stringify({ success: true, data }, null, 2)}\n`);
}

/** Prose on stderr, or with --json the envelope on stdout. Anything but an EnvironmentError is a bug and shows its stack. */
export function printError(error: unknown, json: boolean): void {
  if (json) {
    const body = error instanceof EnvironmentError ? error.toJSON() : { code: 'BUG', message: String(error) };
    process.stdout.write(`${JSON.stringify({ success: false, error: body }, null, 2)}\n`);
    return;
  }
  if (!(error instanceof EnvironmentError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`docker-manual: this is a bug, please report it:\n${stack}\n`);
    return;
  }
  const step = error.step ? ` (at step "${error.step}")` : '';
  const folder = error.dossier && !error.message.includes(error.dossier) ? `\n  full logs: ${error.dossier}` : '';
  process.stderr.write(`error ${error.code}${step}: ${error.message}${folder}\n  hint: ${error.hint}\n`);
}
