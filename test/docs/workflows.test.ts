import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ENTRIES } from '../../src/domain/options/table.js';
import { blocksFor } from './pages.js';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly on?: unknown;
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

function file(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
}

const EXAMPLES = [
  ...blocksFor('workflow').map(({ page, line, file: name, text }) => [name ?? `${page}:${line}`, text] as const),
  ['ci.yml', file('.github/workflows/ci.yml')] as const,
];
const INPUTS = Object.keys((parse(file('action.yml')) as { inputs: object }).inputs);

/** Inputs that are given to the Action in a workflow, or in a part of its steps. */
function inputsIn(workflow: Workflow | Step[]): string[] {
  const jobs = Array.isArray(workflow) ? [{ steps: workflow }] : Object.values(workflow.jobs ?? {});
  const steps = jobs
    .flatMap((job) => job.steps)
    .filter(({ uses = '' }) => /^(docker-manual\/docker-manual@|\.\/$)/.test(uses));
  return steps.flatMap((step) => Object.keys(step.with ?? {}));
}

describe('the workflows of the documentation', () => {
  it('are there for every system', () => {
    const names = EXAMPLES.map(([name]) => name);
    for (const name of [
      '.github/workflows/test.yml',
      '.gitlab-ci.yml',
      '.gitea/workflows/test.yml',
      'bitbucket-pipelines.yml',
    ]) {
      expect(names).toContain(name);
    }
  });

  it.each(EXAMPLES)('%s is YAML, and uses inputs and flags that there are', (_, text) => {
    const workflow = parse(text, { merge: true }) as Workflow | Step[];
    expect(workflow).toBeTypeOf('object');
    expect(INPUTS).toEqual(expect.arrayContaining(inputsIn(workflow)));
    const known = Object.values(ENTRIES).flatMap(({ flags }) => /--[\w-]+/.exec(flags ?? '')?.[0] ?? []);
    for (const [, options = ''] of text.matchAll(/docker-manual run (.*?) -- /g)) {
      for (const [flag] of options.matchAll(/--[\w-]+/g)) expect(known).toContain(flag);
    }
  });
});
