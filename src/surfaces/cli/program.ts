import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addLookCommands } from './look-commands.js';
import { OPTIONS } from './options.js';
import { POOL_WORK } from './pool-work.js';
import { SHELLS } from './shells.js';

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

  root
    .command('env')
    .argument('[environment]', 'project or lease id, or the beginning of one; none: the one of this folder')
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

  root
    .command('restart')
    .argument('[environment]', 'project or lease id, or the beginning of one; none: the one of this folder')
    .description('restart services and wait until they are ready; what does not come back is made anew')
    .addOption(OPTIONS.services('services to restart (default: all that are not done)'))
    .addOption(OPTIONS.rolling())
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./restart.js')).restart(name, options));

  root
    .command('update')
    .argument('[environment]', 'project or lease id, or the beginning of one; none: the one of this folder')
    .description('bring a shared environment, or one for dev or prod, to what its files say now; what fails is undone')
    .addOption(OPTIONS.swap())
    .addOption(OPTIONS.build())
    .addOption(OPTIONS.pull())
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./update.js')).update(name, options));

  root
    .command('rollback')
    .argument('[environment]', 'project or lease id, or the beginning of one; none: the one of this folder')
    .description('bring an environment back to what it was before its last update or rebuild')
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./update.js')).rollback(name, options));

  withFileOptions(root.command('rebuild'))
    .argument('[service...]', 'services to build (default: all that are built)')
    .description('build what has changed, and replace it in the environment of this folder, if there is one')
    .addOption(OPTIONS.noCache())
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (services, options) => (await import('./rebuild.js')).rebuild(services, options));

  root
    .command('reset')
    .argument('[environment]', 'project or lease id, or the beginning of one; none: the one of this folder')
    .description('bring the data back to the last snapshot, or else to the first reset, without a restart')
    .addOption(OPTIONS.services('services to reset (default: all that can be)'))
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./reset.js')).reset(name, options));

  root
    .command('snapshot')
    .argument('[words...]', '[environment]; or save|restore NAME [environment], list, remove NAME')
    .description('keep the data as it is now, for later resets; with a name, in volumes that outlive the environment')
    .addOption(OPTIONS.services('services whose data is kept for resets (default: all that can be)'))
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (words, options) => (await import('./snapshot.js')).snapshotCommand(words, options));

  withSpecOptions(root.command('graph'))
    .description('print which service waits for which, as text for a diagram')
    .addOption(OPTIONS.graphFormat())
    .action(async (options) => (await import('./graph.js')).graph(options));

  root
    .command('stop')
    .argument('[environment...]', 'projects or lease ids, or beginnings of them; none: the one of this folder')
    .description('end environments: containers, networks and volumes')
    .addOption(OPTIONS.all('every environment that no running process holds'))
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .addOption(OPTIONS.volumes())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (names, options) => (await import('./stop.js')).stop(names, options));

  root
    .command('clean')
    .description('remove what dead or expired runs have left; nothing of anybody else is touched')
    .addOption(OPTIONS.all('also environments that somebody still holds'))
    .addOption(OPTIONS.dryRun())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./clean.js')).clean(options));

  withAcquireOptions(root.command('pool'))
    .argument('<what>', `${POOL_WORK.join(', ')}: make environments ahead of time, look at them, or end that`)
    .description('environments that stand ready for a start with the same options')
    .addOption(OPTIONS.poolKey())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .addOption(OPTIONS.json())
    .action(async (what, options) => (await import('./pool.js')).pool(what, options));
  root
    .command('volumes')
    .argument('<action>', 'list, or purge')
    .argument('[names...]', 'what to purge, by name (none: every seed, or what --snapshots and --kept say)')
    .description('list the volumes that outlive environments, or remove those that no container uses')
    .addOption(OPTIONS.seeds())
    .addOption(OPTIONS.snapshots())
    .addOption(OPTIONS.kept())
    .addOption(OPTIONS.idle())
    .addOption(OPTIONS.dryRun())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (action, names, options) => (await import('./volumes.js')).volumes(action, names, options));

  addLookCommands(root);

  root
    .command('history')
    .argument('[environment]', 'project or lease id, or the beginning of one, also of one that is gone; none: all')
    .description('print who did what to which environment, newest last')
    .addOption(OPTIONS.limit())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./history.js')).history(name, options));

  withAcquireOptions(root.command('config'))
    .description('print what counts here: config file, compose file, and every value that is not the default')
    .addOption(OPTIONS.ttl())
    .addOption(OPTIONS.explain())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./config.js')).config(options));

  root
    .command('recover')
    .description('find the environments again that a lost or damaged state database does not know')
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./recover.js')).recover(options));

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

function withFileOptions(command: Command): Command {
  return command.addOption(OPTIONS.file()).addOption(OPTIONS.profile()).addOption(OPTIONS.envFile());
}

function withSpecOptions(command: Command): Command {
  return withFileOptions(command)
    .addOption(OPTIONS.template())
    .addOption(OPTIONS.image())
    .addOption(OPTIONS.name())
    .addOption(OPTIONS.env())
    .addOption(OPTIONS.variant())
    .addOption(OPTIONS.alpine())
    .addOption(OPTIONS.noAlpine())
    .addOption(OPTIONS.mode())
    .addOption(OPTIONS.external())
    .addOption(OPTIONS.hostNetwork())
    .addOption(OPTIONS.binds())
    .addOption(OPTIONS.foreign())
    .addOption(OPTIONS.ports())
    .addOption(OPTIONS.excludePorts())
    .addOption(OPTIONS.networkPool())
    .addOption(OPTIONS.limits())
    .addOption(OPTIONS.fastStorage())
    .addOption(OPTIONS.tuneDatabases())
    .addOption(OPTIONS.stateDir());
}

function withAcquireOptions(command: Command): Command {
  return withSpecOptions(command)
    .addOption(OPTIONS.services('only these services, and what they depend on'))
    .addOption(OPTIONS.portMode())
    .addOption(OPTIONS.startEngine())
    .addOption(OPTIONS.build())
    .addOption(OPTIONS.noRebuild())
    .addOption(OPTIONS.rebuildAll())
    .addOption(OPTIONS.pull())
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.memoryBudget())
    .addOption(OPTIONS.maxEnvironments())
    .addOption(OPTIONS.priority())
    .addOption(OPTIONS.noQueue())
    .addOption(OPTIONS.queueTimeout())
    .addOption(OPTIONS.noAccelerate())
    .addOption(OPTIONS.pool())
    .addOption(OPTIONS.keepOnFailure());
}

function withRunOptions(command: Command): Command {
  return withAcquireOptions(command)
    .addOption(OPTIONS.redirect())
    .addOption(OPTIONS.onUnhealthy())
    .addOption(OPTIONS.onUnavailable())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .passThroughOptions();
}
