import type { Command } from 'commander';
import { OPTIONS } from './options.js';

/** What a command's argument says that means one environment. */
export const ONE = 'project or lease id, or the beginning of one; none: the one of this folder';

export function withFileOptions(command: Command): Command {
  return command.addOption(OPTIONS.file()).addOption(OPTIONS.profile()).addOption(OPTIONS.envFile());
}

export function withSpecOptions(command: Command): Command {
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

export function withAcquireOptions(command: Command): Command {
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

export function withRunOptions(command: Command): Command {
  return withAcquireOptions(command)
    .addOption(OPTIONS.redirect())
    .addOption(OPTIONS.onUnhealthy())
    .addOption(OPTIONS.onUnavailable())
    .addOption(OPTIONS.quiet())
    .addOption(OPTIONS.verbose())
    .passThroughOptions();
}
