import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addChangeCommands } from './change-commands.js';
import { ONE } from './command-options.js';
import { addLookCommands } from './look-commands.js';
import { OPTIONS } from './options.js';
import { SHELLS } from './shells.js';
import { addStartCommands } from './start-commands.js';
import { addStockCommands } from './stock-commands.js';

/** Each command's code is loaded only when that command runs: `--help` is to feel instant. */
export function program(): Command {
  const root = new Command('docker-manual')
    .description('Every run its own Docker Compose environment: the file you have, unchanged, as often as you like.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError(true)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Examples:
  docker-manual start -f compose.yml      start one more environment and wait until it is ready
  docker-manual run -- npm test           the same around one command, with DATABASE_URL and the like set
  docker-manual plan -f compose.yml       what would be changed in the file, and why
  docker-manual status                    who holds which environment, and on which ports
  docker-manual stop shop-1f2e3d4c        end one environment
  docker-manual clean --dry-run           what dead runs have left behind

Exit codes: 0 done, 2 usage or compose file, 3 engine, 4 start, 5 lease, 6 cleanup, 7 capacity, 130 stopped by a signal.`,
    );

  addStartCommands(root);

  root
    .command('env')
    .argument('[environment]', ONE)
    .description('print the addresses of an environment as variables, with the passwords of its compose file')
    .addOption(OPTIONS.format())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./env.js')).env(name, options));

  root
    .command('status')
    .alias('ls')
    .description('list the environments, their owners, ports and services')
    .addOption(OPTIONS.timeline())
    .addOption(OPTIONS.watch())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./status.js')).status(options));

  addChangeCommands(root);
  addStockCommands(root);
  addLookCommands(root);

  root
    .command('history')
    .argument('[environment]', 'project or lease id, or the beginning of one, also of one that is gone; none: all')
    .description('print who did what to which environment, newest last')
    .addOption(OPTIONS.limit())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./history.js')).history(name, options));

  root
    .command('init')
    .description('write a config file and an example test into a project with a compose file; nothing is overwritten')
    .addOption(OPTIONS.file())
    .addOption(OPTIONS.name())
    .addOption(OPTIONS.dryRun('only show what would be written'))
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./init.js')).init(options));

  root
    .command('completion')
    .argument('<shell>', SHELLS.join(', '))
    .description('print what makes a shell complete commands and options; put it where your shell reads it')
    .action(async (shell) => {
      const { completion, vocabulary } = await import('./completion.js');
      completion(shell, vocabulary(root));
    });

  return root;
}

function version(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
