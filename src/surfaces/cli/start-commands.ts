import type { Command } from 'commander';
import { withAcquireOptions, withRunOptions, withSpecOptions } from './command-options.js';
import { OPTIONS } from './options.js';

/** The commands that make environments, or say what would be made; each one's code is loaded when it runs. */
export function addStartCommands(root: Command): void {
  withAcquireOptions(root.command('start'))
    .description('start an environment of its own from a compose file and wait until it is ready')
    .addOption(OPTIONS.ttl())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./start.js')).start(options));

  withRunOptions(root.command('run'))
    .argument('<command...>', 'what to run, best behind "--"')
    .description('start an environment, run a command with its addresses in the variables, remove it again')
    .action(async (command, options) => (await import('./run.js')).run(command, options));

  withRunOptions(root.command('test'))
    .argument('[command...]', 'what to run, best behind "--" (none: npm test)')
    .description('run tests in an environment of their own: as run does')
    .action(async (command, options) => {
      const { run } = await import('./run.js');
      await run(command.length === 0 ? ['npm', 'test'] : command, options);
    });

  withSpecOptions(root.command('plan'))
    .description('say what a start would change in the file, and why; exit code 2 while a decision is missing')
    .addOption(OPTIONS.twice())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./plan.js')).plan(options));

  withSpecOptions(root.command('graph'))
    .description('print which service waits for which, as text for a diagram')
    .addOption(OPTIONS.graphFormat())
    .action(async (options) => (await import('./graph.js')).graph(options));

  withAcquireOptions(root.command('config'))
    .description('print what counts here: config file, compose file, and every value that is not the default')
    .addOption(OPTIONS.ttl())
    .addOption(OPTIONS.explain())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./config.js')).config(options));
}
