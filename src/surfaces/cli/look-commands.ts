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

  root
    .command('ports')
    .argument('[words...]', `${WORDS}, then a service, then its port (then only the address is printed)`)
    .description('print where services are reached; --holder: who has a port of this machine')
    .usage('[options] [environment] [service] [port]')
    .addOption(OPTIONS.holder())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (words, options) => (await import('./ports.js')).ports(words, options));

  root
    .command('wait')
    .argument('[environment]', WORDS)
    .description('wait until services are ready, healthy, running or completed')
    .addOption(OPTIONS.for())
    .addOption(OPTIONS.waitTimeout())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./wait.js')).wait(name, options));

  root
    .command('describe')
    .argument('[environment]', WORDS)
    .description('print everything of one environment: lease, containers, and health at three levels')
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (name, options) => (await import('./describe.js')).describe(name, options));

  root
    .command('doctor')
    .description('look at engine, machine, state folder and compose file, and say how to mend what is wrong')
    .addOption(OPTIONS.file())
    .addOption(OPTIONS.profile())
    .addOption(OPTIONS.envFile())
    .addOption(OPTIONS.ports())
    .addOption(OPTIONS.networkPool())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json())
    .action(async (options) => (await import('./doctor.js')).doctor(options));

  root
    .command('stats')
    .argument('[words...]', `${WORDS}, then services (none: all)`)
    .description('print what the containers of an environment use')
    .addOption(OPTIONS.follow('again and again, until Ctrl-C'))
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json('print one JSON document, with --follow one a line'))
    .action(async (words, options) => (await import('./stats.js')).stats(words, options));

  root
    .command('events')
    .description(
      'print what happens to environments, one JSON document a line: type, payload, timestamp, correlationId',
    )
    .addOption(OPTIONS.follow('go on as things happen, until Ctrl-C'))
    .addOption(OPTIONS.limit())
    .addOption(OPTIONS.stateDir())
    .addOption(OPTIONS.json('it is that already'))
    .action(async (options) => (await import('./events.js')).events(options));
}
