#!/usr/bin/env node
import module from 'node:module';
import { CommanderError } from 'commander';
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
    // --help and --version; only what goes wrong needs more.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.exitCode = (await import('./report.js')).report(error, { json, root, argv });
  }
}

// A reader that has gone (`| head`, a closed terminal) is no reason to leave containers behind.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// Libraries that a command loads are compiled once and not by each command, where Node can (22.8): a third of `status`.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

await main(process.argv.slice(2));
