import { describe, expect, it } from 'vitest';
import { DEATHS, die } from '../../../scripts/runners/deaths.mjs';
import { isInstalled, project } from '../../../scripts/runners/projects.mjs';
import { Place, projectsIn, start } from '../../../scripts/runners/suite.mjs';

/** The short version of `npm run runners`: what is here already, on this Node. */
const RUNNERS = ['node-test', 'node-test-run', 'jest', 'playwright', 'mocha'];

describe('the example of', () => {
  it.for(RUNNERS)('%s has an environment of its own, and nothing is left', async (runner, { skip }) => {
    skip(!isInstalled(runner), 'npm run runners installs it');
    const place = new Place();
    const { code, output } = await start(project(runner, undefined, 'example'), place.env()).ended;
    const left = await place.left();
    place.remove();
    expect({ code, output, left }).toEqual({ code: 0, output: expect.any(String), left: [] });
    expect(projectsIn(output)).toHaveLength(1);
  });
});

it.each(DEATHS.filter(({ name }) => ['SIGKILL', 'later setup throws'].includes(name)))(
  'nothing is left of a run of vitest after: $name',
  async (death) => {
    const { problem, cleanMs } = await die('vitest-4', undefined, death);
    expect(problem).toBeUndefined();
    expect(cleanMs).not.toBeNull();
  },
);
