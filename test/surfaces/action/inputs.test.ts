import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EnvironmentError } from '../../../src/domain/errors.js';
import { INPUTS, type InputName, readInputs } from '../../../src/surfaces/action/inputs.js';
import { OUTPUTS } from '../../../src/surfaces/action/outputs.js';

const WORKSPACE = '/srv';

function read(given: Partial<Record<InputName, string>>) {
  const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  return readInputs({ GITHUB_WORKSPACE: WORKSPACE, ...Object.fromEntries(inputs) });
}

function refusal(given: Partial<Record<InputName, string>>): unknown {
  try {
    return read(given);
  } catch (error) {
    return error instanceof EnvironmentError ? `${error.code} ${error.params.input}: ${error.params.reason}` : error;
  }
}

describe('the inputs of the Action', () => {
  it('are, when nothing is given, what the config file and the defaults say, and no longer than a job', () => {
    expect(read({})).toMatchObject({
      acquire: { cwd: WORKSPACE, ttl: 21_600_000, owner: 'GitHub Action' },
      pullAttempts: 3,
      export: true,
      logs: 'on-failure',
      logsFolder: undefined,
    });
    expect(Object.keys(read({}).acquire)).toEqual(['cwd', 'ttl', 'owner']);
  });

  it('become typed options', () => {
    const inputs = read({
      'compose-file': 'a.yml\n\n  b with blanks.yml\n',
      services: 'db, web\ncache',
      profiles: 'test',
      'env-files': '.env.ci',
      env: 'TAG=1.2\nTEXT=a=b "c"',
      cwd: 'packages/api',
      'wait-timeout': '2m',
      ttl: 'none',
      ports: '31000-31999',
      'memory-budget': '24g',
      priority: '2',
      'port-mode': 'ephemeral',
      accelerate: 'false',
      external: 'share\ndata=clone',
      'keep-on-failure': 'TRUE',
      'pull-attempts': '5',
      export: 'false',
      'logs-folder': 'out/logs',
    });
    expect(inputs).toMatchObject({
      manager: { ports: '31000-31999', memoryBudget: '24g', env: { TAG: '1.2', TEXT: 'a=b "c"' } },
      acquire: {
        cwd: '/srv/packages/api',
        files: ['a.yml', 'b with blanks.yml'],
        only: ['db', 'web', 'cache'],
        profiles: ['test'],
        envFiles: ['.env.ci'],
        priority: 2,
        waitTimeout: 120_000,
        ttl: null,
        portMode: 'ephemeral',
        accelerate: false,
        keepOnFailure: true,
        decisions: { external: { '*': 'share', data: 'clone' } },
      },
      pullAttempts: 5,
      export: false,
      logsFolder: '/srv/out/logs',
    });
  });

  it('of another action are understood where they mean something', () => {
    const flags = read({
      'up-flags': '--build --wait --wait-timeout 90 -d',
      'down-flags': '--volumes --timeout=5',
      'compose-flags': '--profile=a --profile "b" --env-file .env.ci -p api',
    });
    const { waitTimeout, profiles, envFiles, name } = flags.acquire;
    expect({ waitTimeout, profiles, envFiles, name }).toEqual({
      waitTimeout: 90_000,
      profiles: ['a', 'b'],
      envFiles: ['.env.ci'],
      name: 'api',
    });
  });

  it.each([
    [{ logs: 'alway' }, 'INPUT_INVALID logs: "alway" is none of on-failure, always, never; did you mean "always"?'],
    [{ 'port-mode': 'rnge' }, /^INPUT_INVALID port-mode: "rnge" is none of .*; did you mean "range"\?$/],
    [{ 'wait-timeout': 'soon' }, 'INPUT_INVALID wait-timeout: "soon" is no duration such as 90s or 2m'],
    [{ export: 'maybe' }, 'INPUT_INVALID export: "maybe" is neither true nor false'],
    [{ name: 'a\n::error::b' }, 'INPUT_INVALID name: it takes one line'],
    [{ env: 'A=1\nhunter2' }, 'INPUT_INVALID env: a line is not NAME=value'],
    [{ binds: 'x=shared' }, /^INPUT_INVALID binds: "x=shared" is none of/],
    [{ 'up-flags': '--biuld' }, /^INPUT_INVALID up-flags: "--biuld" is no flag of .*; did you mean "--build"\?$/],
    [{ 'up-flags': '--scale web=3' }, /--scale is not possible here: say `deploy.replicas`/],
    [{ 'up-flags': '--wait-timeout' }, 'INPUT_INVALID up-flags: --wait-timeout needs a value'],
    [{ 'down-flags': '--rmi all' }, /images are never removed/],
  ])('that are wrong are named: %j', (given, said) => {
    if (typeof said === 'string') expect(refusal(given)).toBe(said);
    else expect(refusal(given)).toMatch(said);
  });
});

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: Readonly<Record<string, string>>;
}

function file(name: string): string {
  return readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
}

describe('action.yml', () => {
  const manifest = parse(file('action.yml')) as Manifest;

  it('has the inputs and outputs of the table, with their meanings', () => {
    const told = Object.entries(manifest.inputs).map(([name, { description }]) => [name, description]);
    expect(told).toEqual(
      Object.entries<{ readonly meaning: string; readonly otherwise?: string }>(INPUTS).map(([name, input]) => [
        name,
        input.otherwise === undefined ? input.meaning : `${input.meaning} (${input.otherwise})`,
      ]),
    );
    expect(Object.entries(manifest.outputs).map(([name, { description }]) => [name, description])).toEqual(
      Object.entries(OUTPUTS),
    );
  });

  it('gives no default of its own, so that the config file counts', () => {
    const defaults = Object.entries(manifest.inputs).filter(([, input]) => input.default !== undefined);
    expect(defaults.map(([name]) => name)).toEqual(['job-status']);
  });

  it('runs the bundle, and post in any case', () => {
    expect(manifest.runs).toMatchObject({ using: 'node24', 'post-if': 'always()' });
    for (const part of ['main', 'post']) expect(() => file(manifest.runs[part] as string)).not.toThrow();
  });

  it('is what docs/action.md says', () => {
    const rows = (entries: readonly (readonly [string, { readonly description: string }])[]) =>
      entries.map(([name, { description }]) => `| \`${name}\` | ${description} |`).join('\n');
    const inputs = Object.entries(manifest.inputs).filter(([name]) => name !== 'job-status');
    const page = file('docs/action.md');
    expect(page).toContain(`| Input | Meaning (default) |\n|---|---|\n${rows(inputs)}\n`);
    expect(page).toContain(`| Output | Meaning |\n|---|---|\n${rows(Object.entries(manifest.outputs))}\n`);
  });
});
