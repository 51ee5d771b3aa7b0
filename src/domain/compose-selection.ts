import type { EnvironmentKind } from './environment-kind.js';

/** Compose's own names, in its order of preference. */
export const PLAIN_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;

/** What files are chosen by. */
export interface Wanted {
  readonly kind: EnvironmentKind;
  /** True and false were asked for; undefined: as the kind has it. */
  readonly alpine: boolean | undefined;
}

/**
 * Which file is taken, as a table: kind and variant → the words between "compose." and the ending, the first that is
 * there. "" is the plain file. Alpine is the default of tests, where there is such a file. What was asked for and is not
 * there is missing, and nothing else is taken instead.
 */
const TABLE: Readonly<Record<EnvironmentKind, Readonly<Record<'alpine' | 'regular' | 'either', readonly string[]>>>> = {
  test: { alpine: ['alpine-test'], regular: ['test', ''], either: ['alpine-test', 'test', ''] },
  dev: { alpine: ['alpine'], regular: ['dev', ''], either: ['dev', ''] },
  prod: { alpine: ['alpine-prod'], regular: ['prod'], either: ['prod'] },
};

/** The files that may be taken, the best first; each group has the names of one kind of file. */
export function candidates({ kind, alpine }: Wanted): string[][] {
  const row = TABLE[kind];
  const words = alpine === undefined ? row.either : alpine ? row.alpine : row.regular;
  return words.map(namesOf);
}

function namesOf(word: string): string[] {
  return PLAIN_NAMES.map((name) => (word === '' ? name : name.replace('compose.', `compose.${word}.`)));
}

/** What was chosen among the files of a folder. */
export interface Selection {
  readonly file: string;
  /** The plain file, when the chosen one may be no more than a change of it. */
  readonly base: string | undefined;
  readonly why: string;
}

/** Undefined: nothing in the folder will do. */
export function selectFile(wanted: Wanted, present: (name: string) => boolean): Selection | undefined {
  const groups = candidates(wanted);
  const file = groups.flat().find(present);
  if (file === undefined) return undefined;
  const plain = PLAIN_NAMES.find(present);
  const better = groups
    .slice(
      0,
      groups.findIndex((names) => names.includes(file)),
    )
    .map((names) => names[0])
    .join(', ');
  const why = `${wantedText(wanted)}${better === '' ? '' : `; there is no ${better}`}`;
  return { file, base: plain === file ? undefined : plain, why };
}

/** "--env test", "--env dev --alpine". */
export function wantedText({ kind, alpine }: Wanted): string {
  return `--env ${kind}${alpine === undefined ? '' : alpine ? ' --alpine' : ' --no-alpine'}`;
}

/**
 * Whether a file says all of an environment; else it is a change of the plain file, and both are read. It is one when a
 * service of it has neither image nor build.
 */
export function standsAlone(content: unknown): boolean {
  const { services, include } = (content ?? {}) as { services?: Record<string, unknown>; include?: unknown };
  const all = Object.values(services ?? {});
  if (all.length === 0) return include !== undefined;
  return all.every((service) => ['image', 'build', 'extends', 'provider'].some((key) => key in Object(service)));
}
