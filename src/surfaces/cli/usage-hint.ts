import type { Command, CommanderError } from 'commander';

/** What to type instead, after what commander itself has said of a wrong command line. */
export function usageHint(error: CommanderError, root: Command, argv: readonly string[]): string {
  const command = commandOf(root, argv);
  if (command === undefined) return '`docker-manual --help` lists the commands.';
  const help = `See \`docker-manual ${command.name()} --help\`.`;
  const [option = ''] = argv;
  if (error.code === 'commander.unknownOption' && option.startsWith('-')) {
    return `Options come after the command: docker-manual ${command.name()} ${option} … ${help}`;
  }
  if (error.code === 'commander.excessArguments') return `${insteadOfWords(command)}${help}`;
  if (error.code === 'commander.missingArgument') return `docker-manual ${command.name()} ${command.usage()}. ${help}`;
  return help;
}

/** The command that was meant; undefined where none was named. */
export function commandOf(root: Command, argv: readonly string[]): Command | undefined {
  const named = (word: string) => root.commands.find((each) => each.name() === word || each.aliases().includes(word));
  return argv.map(named).find((command) => command !== undefined);
}

/** What people mean by a word that the command does not take. */
function insteadOfWords(command: Command): string {
  if (command.options.some(({ long }) => long === '--file')) return 'A compose file is named with -f FILE. ';
  return command.name() === 'status' ? 'Of one environment tells `docker-manual describe NAME`. ' : '';
}
