/** What only the user can decide; each either for all, or by name. */
export interface Decisions {
  /** Volumes and networks that the file calls external: a new empty one, one with a copy of the data, or the one itself. */
  readonly external?: Choice<'fresh' | 'clone' | 'share'>;
  /** Services on the host's network: onto an own network with published ports, one environment at a time, or as it is. */
  readonly hostNetwork?: Choice<'convert' | 'exclusive' | 'share'>;
  /** Writable host paths: an own empty place, one with a copy, or the path itself. By path or by "service:target". */
  readonly binds?: Choice<'private' | 'copy' | 'share'>;
  /** Namespaces, containers and devices of the host that cannot be had twice. */
  readonly foreign?: Choice<'share'>;
}

export type Choice<T extends string> = T | Readonly<Record<string, T>>;

/** Option → values, in the order in which they are offered. */
export const DECISIONS = {
  external: ['fresh', 'clone', 'share'],
  hostNetwork: ['convert', 'exclusive', 'share'],
  binds: ['private', 'copy', 'share'],
  foreign: ['share'],
} as const satisfies Record<keyof Decisions, readonly string[]>;

/** The decision for one of several names (tried in order), else the general one, else undefined. */
export function decided<T extends string>(choice: Choice<T> | undefined, ...names: readonly string[]): T | undefined {
  if (choice === undefined || typeof choice === 'string') return choice;
  return decidedByName(choice, ...names) ?? choice['*'];
}

/** The decision for one of several names (tried in order); what is said of all does not count. */
export function decidedByName<T extends string>(
  choice: Choice<T> | undefined,
  ...names: readonly string[]
): T | undefined {
  if (choice === undefined || typeof choice === 'string') return undefined;
  const name = names.find((each) => Object.hasOwn(choice, each));
  return name === undefined ? undefined : choice[name];
}
