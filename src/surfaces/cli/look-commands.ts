import type { Command } from 'commander';
import { OPTIONS } from './options.js';

const WORDS = 'environment (project or lease id, or the beginning of one; none: the one of this folder)';

/** The commands that look into a running environment; each one's code is loaded when it runs. */
export function addLookCommands(root: Command): void {
  root
    .command('logs')
    .argument('[words...]', `${WORDS}, then services (none: all)`)
    .description('print what the services have written, merged; of a failed start, what it has left')
    .addOption(OPTIONS.follow())
    .addOption(OPTIONS.tail())
    .addOption(OPTIONS.since())
    .addOption(OPTIONS.timestamps())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json('print one JSON document a line'))
    .action(async (words, options) => (await import('./logs.js')).logs(words, options));

  root
    .command('exec')
    .argument('<words...>', '[environment] service -- command and its arguments')
    .description("run a command in a service's container; ends with the command's exit code")
    .usage('[options] [environment] <service> -- <command...>')
    .addOption(OPTIONS.user())
    .addOption(OPTIONS.workdir())
    .addOption(OPTIONS.stateDir())
    .passThroughOptions()
    .action(async (words, options) => (await import('./exec.js')).exec(words, options));

  root
    .command('shell')
    .argument('<words...>', '[environment] service')
    .description("open a shell in a service's container: bash, else sh")
    .usage('[options] [environment] <service>')
    .addOption(OPTIONS.user())
    .addOption(OPTIONS.workdir())
    .addOption(OPTIONS.stateDir())
    .action(async (words, options) => (await import('./exec.js')).shell(words, options));
}
