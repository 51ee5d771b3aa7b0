import { type Command, CommanderError } from 'commander';
import { EnvironmentError } from '../../index.js';
import { printError } from './output.js';
import { commandOf, usageHint } from './usage-hint.js';

/** The command line as it was typed, and what it was read by. */
export interface Line {
  readonly json: boolean;
  readonly root: Command;
  readonly argv: readonly string[];
}

/** Tells a user what has gone wrong. @returns the exit code */
export function report(error: unknown, { json, root, argv }: Line): number {
  if (error instanceof CommanderError) {
    if (json) printError(usageError(error, commandOf(root, argv)?.name()), true);
    else process.stderr.write(`  hint: ${usageHint(error, root, argv)}\n`);
    return 2;
  }
  printError(error, json);
  return error instanceof EnvironmentError ? error.exitCode : 1;
}

function usageError(error: CommanderError, command = '<command>'): EnvironmentError {
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '');
  return new EnvironmentError('OPTION_INVALID', { option: 'command line', reason: text, command });
}
