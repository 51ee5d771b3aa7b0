/** A workflow command that the runner has carried out. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly value: string;
}

/** What GitHub's runner makes of a step's output (actions/runner, OutputManager.cs, ActionCommand.cs). */
export class JobLog {
  /** As people see it. */
  text = '';
  readonly commands: Command[] = [];
  readonly #masks = new Set<string>();
  #partial = '';
  /** Token that ends a stretch in which no command is read. */
  #stopped: string | undefined;
  #waiting: (() => void)[] = [];

  write(text: string): void {
    // .NET ends a line at "\r" alone as well.
    const lines = (this.#partial + text).split(/\r\n|\r|\n/);
    this.#partial = lines.pop() as string;
    for (const line of lines) this.#line(line);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  end(): void {
    if (this.#partial !== '') this.write('\n');
  }

  /** Resolves when the text has come. */
  async saw(text: string | RegExp): Promise<void> {
    while (typeof text === 'string' ? !this.text.includes(text) : !text.test(this.text)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  named(...names: string[]): Command[] {
    return this.commands.filter(({ name }) => names.includes(name));
  }

  masked(text: string): string {
    const values = [...this.#masks].sort((a, b) => b.length - a.length);
    return values.reduce((left, value) => left.replaceAll(value, '***'), text);
  }

  #line(line: string): void {
    const command = commandIn(line);
    if (this.#stopped !== undefined) {
      if (command?.name === this.#stopped) this.#stopped = undefined;
      else this.#show(line);
      return;
    }
    if (!command) {
      this.#show(line);
      return;
    }
    this.commands.push(command);
    if (command.name === 'stop-commands') this.#stopped = command.value;
    else if (command.name === 'add-mask') {
      for (const value of [command.value, ...command.value.split(/\r?\n/)]) if (value) this.#masks.add(value);
    } else this.#show(`${command.name}: ${command.value}`);
  }

  #show(line: string): void {
    this.text += `${this.masked(line)}\n`;
  }
}

/** "::name key=value,…::text" at the beginning of a line, or "##[name …]text" anywhere in it. */
function commandIn(line: string): Command | undefined {
  const [, name, properties = '', value = ''] =
    /^\s*::([^\s:]+)(?:\s(.*?))?::(.*)$/.exec(line) ?? /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  const pairs = properties.split(',').flatMap((pair) => {
    const cut = pair.indexOf('=');
    return cut < 0 ? [] : [[pair.slice(0, cut).trim(), unescaped(pair.slice(cut + 1))] as const];
  });
  return { name, properties: Object.fromEntries(pairs), value: unescaped(value) };
}

function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (code) => signs[code] as string);
}
