import type { Command } from 'commander';
import { ONE, withFileOptions } from './command-options.js';
import { OPTIONS } from './options.js';

/** The commands that change an environment which is there, or its data; each one's code is loaded when it runs. */
export function addChangeCommands(root: Command): void {
  root
    .command('restart')
    .argument('[environment]', ONE)
    .description('restart services and wait until they are ready; what does not come back is made anew')
    .addOption(OPTIONS.services('services to restart (default: all that are not done)'))
    .addOption(OPTIONS.rolling())
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./restart.js')).restart(name, options));

  root
    .command('update')
    .argument('[environment]', ONE)
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
    .argument('[environment]', ONE)
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
    .argument('[environment]', ONE)
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
}
