/** Points in the life of an environment at which a project's own commands run. */
export const HOOKS = ['beforeStart', 'afterReady', 'beforeStop', 'afterStop', 'onFailure'] as const;
/** A point of the life of an environment at which a hook may run. */
export type HookPoint = (typeof HOOKS)[number];

/**
 * What runs there: program and arguments, or one line of them with quotes as in a shell, but never read by one; or a
 * module whose default export is called.
 */
export type Hook = string | readonly string[] | { readonly module: string };
/** What runs at which point. */
export type Hooks = Readonly<Partial<Record<HookPoint, Hook>>>;

/** Outside of quotes these would have to be understood by a shell. */
const FOR_A_SHELL = /[|&;<>$`*?~(){}\n]/;

/**
 * A line as program and arguments; undefined where only a shell could tell what it means: variables, pipes, wildcards.
 * Within single or double quotes everything stands for itself.
 */
export function wordsOf(line: string): string[] | undefined {
  const parts = line.matchAll(/\s+|'([^']*)'|"([^"\\$`]*)"|([^\s'"\\]+)|(.)/gs);
  const words: string[] = [];
  let open = false;
  for (const [whole, single, double, bare, other] of parts) {
    if (other !== undefined || (bare !== undefined && FOR_A_SHELL.test(bare))) return undefined;
    const text = single ?? double ?? bare;
    if (text === undefined) open = false;
    else if (open) words.push(`${words.pop()}${text}`);
    else words.push(text);
    if (text !== undefined) open = true;
    else if (whole.trim() !== '') return undefined;
  }
  return words.length > 0 ? words : undefined;
}

/** How a hook is called in messages. */
export function describeHook(hook: Hook): string {
  if (typeof hook === 'string') return hook;
  return 'module' in hook ? hook.module : hook.join(' ');
}
