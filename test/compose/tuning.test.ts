import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly { readonly type?: string }[];
  readonly deploy: { readonly resources: { readonly limits: { readonly memory: string; readonly cpus: string } } };
}

const servicesOf = (name: string): Record<string, Service> =>
  parse(readFileSync(new URL(`../../compose/${name}.yml`, import.meta.url), 'utf8'), { merge: true }).services;

describe('the stack for tests on Alpine', () => {
  const { postgres, redis, ...others } = servicesOf('alpine-test');
  const all = { postgres, redis, ...others };

  it('has PostgreSQL without waits for the disk, with few connections, and Redis without a file', () => {
    const tuned = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=50'];
    expect(postgres?.command).toEqual(expect.arrayContaining(tuned));
    expect(redis?.command).toEqual(expect.arrayContaining(['--save', '', '--appendonly', 'no', '--maxmemory']));
  });

  it('keeps all data in memory', () => {
    const kinds = Object.values(all).flatMap((service) => service?.volumes?.map(({ type }) => type) ?? []);
    expect(kinds).toEqual(['tmpfs', 'tmpfs', 'tmpfs']);
  });

  it('limits memory and processors of every service', () => {
    for (const [name, service] of Object.entries(all)) {
      expect(service?.deploy.resources.limits, name).toEqual({
        memory: expect.stringMatching(/^\d+[MG]$/),
        cpus: expect.stringMatching(/^\d\.\d+$/),
      });
    }
  });

  it('has the services of the one on regular images', () => {
    const regular = servicesOf('test');
    expect(Object.keys(all).sort()).toEqual(Object.keys(regular).sort());
    expect(postgres?.image).toMatch(/alpine/);
    expect(regular.postgres?.image).not.toMatch(/alpine/);
  });
});
