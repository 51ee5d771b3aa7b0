import { execa } from 'execa';
import { expect, it } from 'vitest';

/** The long versions are the scripts' own defaults: 300 kills, 20 rounds. */
async function script(name: string, ...args: string[]) {
  const path = new URL(`../../scripts/chaos/${name}`, import.meta.url).pathname;
  const { stdout } = await execa(process.execPath, [path, ...args]);
  return JSON.parse(stdout);
}

it('loses nothing that it has acknowledged when writers are killed', async () => {
  const result = await script('store-kills.mjs', '--kills', '20');
  expect(result).toMatchObject({ kills: 20, lost: 0, duplicatePorts: 0, integrity: 'ok', movedAside: 0 });
  expect(result.acknowledged).toBeGreaterThan(20);
});

it('gives nothing out twice to eight processes', async () => {
  const result = await script('claims.mjs', '--rounds', '3');
  expect(result).toMatchObject({ rounds: 3, comparedPorts: 1152, duplicates: { ports: 0, projects: 0, subnets: 0 } });
});
