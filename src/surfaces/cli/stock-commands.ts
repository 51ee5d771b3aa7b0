import type { Command } from 'commander';
import { withAcquireOptions } from './command-options.js';
import { OPTIONS } from './options.js';
import { POOL_WORK } from './pool-work.js';

/** The commands for what lies beside the environments in use: left over, kept, or made ahead of time. */
export function addStockCommands(root: Command): void {
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

  root
    .command('recover')
    .description('find the environments again that a lost or damaged state database does not know')
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./recover.js')).recover(options));

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
}
