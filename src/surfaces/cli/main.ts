#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EnvironmentError } from '../../index.js';
import { printError } from './output.js';
import { program } from './program.js';

async function main(argv: readonly string[]): Promise<void> {
  const root = program();
  const json = argv.includes('--json');
  for (const command of [root, ...root.commands]) {
    command.exitOverride();
    // With --json the error goes to stdout as the envelope, below.
    if (json) command.configureOutput({ writeErr: () => {} });
  }
  if (argv.length === 0) {
    root.outputHelp();
    return;
  }
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, json);
  }
}

/** @returns the exit code */
function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // --help and --version
    if (json) printError(usageError(error), true);
    return 2;
  }
  printError(error, json);
  return error instanceof EnvironmentError ? error.exitCode : 1;
}

function usageError(error: CommanderError): EnvironmentError {
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '');
  return new EnvironmentError('OPTION_INVALID', { option: 'command line', reason: text, command: '' });
}

// A reader that has gone (`| head`, a closed terminal) is no reason to leave containers behind.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

await main(process.argv.slice(2));
