// Every entry of the package, as TypeScript of a consumer sees it.
import { createManager, EnvironmentError, getDefaultManager, type Lease } from 'docker-manual';
import * as jestSetup from 'docker-manual/jest/setup';
import * as jestTeardown from 'docker-manual/jest/teardown';
import * as mocha from 'docker-manual/mocha';
import * as nodeTest from 'docker-manual/node-test';
import * as playwright from 'docker-manual/playwright';
import * as run from 'docker-manual/run';
import * as worker from 'docker-manual/worker';

export async function use(): Promise<string> {
  await using lease: Lease = await createManager({ ports: '31000-31999' }).acquire({
    files: ['compose.yml'],
    mode: 'dedicated',
  });
  // @ts-expect-error: a misspelt option
  await getDefaultManager().acquire({ flies: [] });
  const error = new EnvironmentError('ABORTED', {});
  return `${lease.project} ${lease.services.redis?.url} ${error.code}`;
}

export const entries = [jestSetup, jestTeardown, mocha, nodeTest, playwright, run, worker];
