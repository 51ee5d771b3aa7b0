import type { Command } from 'commander';
import { EnvironmentError } from '../../index.js';
import { SHELLS, type Shell } from './shells.js';

/** Command → its description and its long options. */
export type Vocabulary = Readonly<Record<string, { readonly meaning: string; readonly options: readonly string[] }>>;

export function vocabulary(root: Command): Vocabulary {
  return Object.fromEntries(
    root.commands.map((command) => {
      const options = [...command.options.flatMap(({ long }) => long ?? []), '--help'];
      return [command.name(), { meaning: command.description(), options }];
    }),
  );
}

/** @throws OPTION_INVALID for another shell */
export function completion(shell: string, words: Vocabulary): void {
  if (!SHELLS.includes(shell as Shell)) {
    const reason = `"${shell}" is none of ${SHELLS.join(', ')}`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'shell', reason, command: 'completion' });
  }
  process.stdout.write(SCRIPTS[shell as Shell](words));
}

const SCRIPTS: Readonly<Record<Shell, (words: Vocabulary) => string>> = {
  bash: (words) => `# docker-manual completion bash >~/.local/share/bash-completion/completions/docker-manual
_docker_manual() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${Object.keys(words).join(' ')}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases(words, (options) => `COMPREPLY=($(compgen -W "${options}" -- "$word"))`)}
  esac
}
complete -o default -F _docker_manual docker-manual
`,
  zsh: (words) => `#compdef docker-manual
# docker-manual completion zsh >"\${fpath[1]}/_docker-manual"
_docker_manual() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${Object.entries(words)
  .map(([name, { meaning }]) => `      ${quoted(`${name}:${meaning}`)}`)
  .join('\n')}
    )
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases(words, (options) => `compadd -- ${options}`)}
  esac
  _files
}
compdef _docker_manual docker-manual
`,
  fish: (words) => `# docker-manual completion fish >~/.config/fish/completions/docker-manual.fish
${Object.entries(words)
  .flatMap(([name, { meaning, options }]) => [
    `complete -c docker-manual -n __fish_use_subcommand -a ${name} -d ${quoted(meaning)}`,
    ...options.map((each) => `complete -c docker-manual -n '__fish_seen_subcommand_from ${name}' -l ${each.slice(2)}`),
  ])
  .join('\n')}
`,
};

function cases(words: Vocabulary, line: (options: string) => string): string {
  return Object.entries(words)
    .map(([name, { options }]) => `    ${name}) ${line(options.join(' '))} ;;`)
    .join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
