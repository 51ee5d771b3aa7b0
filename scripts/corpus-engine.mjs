// Two copies of one stack a repository, at the same time, on the real engine: what `npm run corpus -- FOLDER --engine` adds.
//
// The images of strangers are not here, so a small stand-in plays every service: one that is waited for to complete
// ends at once, every other one sleeps. Ports, names, networks, volumes, dependencies and mounts are the file's own.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** Larger stacks say nothing new and take minutes on two cores. */
const MAX_SERVICES = 25;

export async function runTwice(manager, folder, planned, image, decisions) {
  const results = [];
  for (const [repository, files] of byRepository(folder, planned)) {
    const file = files.find((each) => each.services <= MAX_SERVICES)?.file;
    if (!file) continue;
    const stack = { repository: join(folder, repository), file: relative(join(folder, repository), file) };
    results.push({ file: relative(folder, file), ...(await runStack(manager, stack, image, decisions)) });
  }
  return results;
}

function byRepository(folder, planned) {
  const groups = new Map();
  // The plainest names first: that is the stack that people start.
  for (const each of [...planned].sort((a, b) => a.file.length - b.file.length)) {
    const repository = relative(folder, each.file).split('/')[0];
    groups.set(repository, [...(groups.get(repository) ?? []), each]);
  }
  return groups;
}

async function runStack(manager, { repository, file }, image, decisions) {
  // A copy of the repository: the engine creates missing mount points, and the corpus is not ours to write to.
  const copy = mkdtempSync(join(tmpdir(), 'dm-corpus-run-'));
  const leases = [];
  const from = performance.now();
  try {
    cpSync(repository, copy, { recursive: true });
    const local = join(copy, file);
    const standIn = join(copy, 'dm-stand-in.yml');
    const { services } = JSON.parse(execFileSync('docker', ['compose', '-f', local, 'config', '--format', 'json']));
    makeMountPoints(services, copy);
    writeFileSync(standIn, standInFile(Object.keys(services), oneShots(services), image));
    const options = { files: [local, standIn], name: 'corpus', decisions, waitTimeout: 120_000 };
    const results = await Promise.allSettled([1, 2].map(() => manager.acquire(options)));
    for (const result of results) if (result.status === 'fulfilled') leases.push(result.value);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) return { ok: false, why: failure.reason.message };
    return { ok: true, services: Object.keys(services).length, ms: Math.round(performance.now() - from) };
  } catch (error) {
    return { ok: false, why: error.message };
  } finally {
    await Promise.all(leases.map((lease) => lease.release()));
    rmSync(copy, { recursive: true, force: true });
  }
}

/** A volume inside a read-only folder of the repository needs its mount point there; the corpus has compose files only. */
function makeMountPoints(services, root) {
  for (const { volumes = [] } of Object.values(services)) {
    for (const outer of volumes.filter((mount) => mount.type === 'bind' && mount.source.startsWith(root))) {
      for (const inner of volumes.filter((mount) => mount.target.startsWith(`${outer.target}/`))) {
        mkdirSync(join(outer.source, relative(outer.target, inner.target)), { recursive: true });
      }
    }
  }
}

function oneShots(services) {
  return new Set(
    Object.values(services).flatMap((service) =>
      Object.entries(service.depends_on ?? {})
        .filter(([, dependency]) => dependency.condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );
}

/** What belongs to the real image or to hardware goes; everything that could collide stays. */
function standInFile(services, ending, image) {
  const lines = services.flatMap((name) => [
    `  ${JSON.stringify(name)}:`,
    `    image: ${image}`,
    `    entrypoint: !override ${JSON.stringify(ending.has(name) ? ['true'] : ['sleep', '600'])}`,
    '    command: !override []',
    '    healthcheck: !override { disable: true }',
    ...[
      'build',
      'deploy',
      'devices',
      'ulimits',
      'user',
      'working_dir',
      'platform',
      'runtime',
      'restart',
      'security_opt',
    ].map((key) => `    ${key}: !reset null`),
    '    init: true',
  ]);
  return `services:\n${lines.join('\n')}\n`;
}
