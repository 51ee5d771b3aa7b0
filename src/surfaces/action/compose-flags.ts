import { ENTRIES, suggest } from '../../index.js';

/** What flags that users of other actions bring along mean here. */
export interface FlagSettings {
  files?: string[];
  profiles?: string[];
  envFiles?: string[];
  name?: string;
  /** Milliseconds. */
  waitTimeout?: number;
}

/** What a flag does: it is what happens anyway, it sets something, or it cannot be, and why. */
type Meaning = 'always' | { readonly set: (settings: FlagSettings, value: string) => void } | { readonly not: string };

const list = (key: 'files' | 'profiles' | 'envFiles'): Meaning => ({
  set: (settings, value) => {
    settings[key] = [...(settings[key] ?? []), value];
  },
});

const projectName: Meaning = {
  set: (settings, value) => {
    settings.name = value;
  },
};

const UP: Readonly<Record<string, Meaning>> = {
  '--detach': 'always',
  '-d': 'always',
  '--wait': 'always',
  '--build': 'always',
  '--force-recreate': 'always',
  '--always-recreate-deps': 'always',
  '--renew-anon-volumes': 'always',
  '-V': 'always',
  '--remove-orphans': 'always',
  '--quiet-pull': 'always',
  '--yes': 'always',
  '-y': 'always',
  '--wait-timeout': {
    set: (settings, value) => {
      const ms = ENTRIES.waitTimeout.value.read(/^\d+$/.test(value) ? `${value}s` : value);
      if (ms === undefined) throw `"${value}" ${ENTRIES.waitTimeout.value.wrong}`;
      settings.waitTimeout = ms as number;
    },
  },
  '--no-deps': { not: 'services are always started with what they depend on' },
  '--no-recreate': { not: 'every job gets new containers' },
  '--no-build': { not: 'what has a `build` is built; name an `image` only' },
  '--no-start': { not: 'an environment is handed over when its services are ready' },
  '--abort-on-container-exit': { not: 'the job goes on while the services run' },
  '--exit-code-from': { not: 'a service that fails fails the step by itself' },
  '--scale': { not: 'say `deploy.replicas` in the compose file' },
  '--pull': { not: 'run `docker compose pull` in a step before' },
  '--timeout': { not: 'nothing is there yet that could be stopped' },
};

const DOWN: Readonly<Record<string, Meaning>> = {
  '--volumes': 'always',
  '-v': 'always',
  '--remove-orphans': 'always',
  '--timeout': { set: () => {} },
  '-t': { set: () => {} },
  '--rmi': { not: 'images are never removed: other jobs use them' },
};

const COMPOSE: Readonly<Record<string, Meaning>> = {
  '--profile': list('profiles'),
  '--env-file': list('envFiles'),
  '--file': list('files'),
  '-f': list('files'),
  '--project-name': projectName,
  '-p': projectName,
  '--progress': { set: () => {} },
  '--ansi': { set: () => {} },
  '--verbose': 'always',
  '--parallel': { not: 'services are started as soon as what they depend on is ready' },
  '--project-directory': { not: 'name the folder with the input cwd' },
  '--compatibility': { not: 'containers have the names that Compose 2 gives' },
  '--dry-run': { not: '`docker-manual plan` says what would be changed' },
};

/** @throws a string that says what is wrong */
export const upFlags = (text: string) => readFlags(text, UP, 'up');
/** @throws a string that says what is wrong */
export const downFlags = (text: string) => readFlags(text, DOWN, 'down');
/** @throws a string that says what is wrong */
export const composeFlags = (text: string) => readFlags(text, COMPOSE, '');

function readFlags(text: string, known: Readonly<Record<string, Meaning>>, command: string): FlagSettings {
  const settings: FlagSettings = {};
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (let at = 0; at < words.length; at++) {
    const [flag = '', ...joined] = (words[at] as string).split('=');
    const meaning = known[flag];
    if (meaning === undefined) throw unknown(flag, Object.keys(known), command);
    if (meaning === 'always') continue;
    if ('not' in meaning) throw `${flag} is not possible here: ${meaning.not}`;
    const value = joined.length > 0 ? joined.join('=') : words[++at];
    if (value === undefined || value === '') throw `${flag} needs a value`;
    meaning.set(settings, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return settings;
}

function unknown(flag: string, known: readonly string[], command: string): string {
  const near = suggest(flag, known);
  const name = ['docker compose', command].join(' ').trim();
  return `"${flag}" is no flag of \`${name}\` that is known here${near === undefined ? '' : `; did you mean "${near}"?`}`;
}
