import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import type { ComposeRun, Engine } from '../../src/engine/engine.js';
import { plannedPort } from '../support/planned-port.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

/** A container that belongs to somebody else; it is removed at the end, and it has to be the same until then. */
class Foreigner implements Disposable {
  readonly id: string;
  readonly #before: string;

  constructor(...args: readonly string[]) {
    this.id = docker('run', '--detach', ...args, FIXTURE_IMAGE);
    this.#before = this.#state();
  }

  /** True while nobody has stopped, restarted, renamed or replaced it. */
  get untouched(): boolean {
    return this.#state() === this.#before;
  }

  [Symbol.dispose](): void {
    docker('rm', '--force', '--volumes', this.id);
  }

  #state(): string {
    return docker('inspect', '--format', '{{.Id}} {{.Name}} {{.State.StartedAt}} {{.State.Running}}', this.id);
  }
}

const checkout = [
  '--label',
  'com.docker.compose.project=shop',
  '--label',
  'com.docker.compose.project.working_dir=/home/ana/shop',
];
const onPort = (port: number) => fixture().replace('8080:8080', `${port}:8080`);

describe('a conflict names the holder and leaves it alone', () => {
  it('a port held by a container of another project', async () => {
    using foreigner = new Foreigner('--name', 'dm-test-holder-1', '--publish', '127.0.0.1:31981:80', ...checkout);
    await using scope = new Scope();
    scope.file('compose.yml', onPort(31981));
    const failure = scope.manager.acquire({ cwd: scope.folder, portMode: 'fixed' });
    await expect(failure).rejects.toMatchObject({
      code: 'PORT_CONFLICT',
      params: { port: 31981, service: 'web', attempts: 1 },
    });
    await expect(failure).rejects.toThrow(
      'Port 31981 for service "web" is held by container dm-test-holder-1 of Compose project shop in /home/ana/shop.',
    );
    expect(foreigner.untouched).toBe(true);
    const conflict = history(scope).find((event) => event.action === 'conflict');
    expect(conflict?.detail).toMatchObject({
      attempt: 1,
      code: 'PORT_CONFLICT',
      answer: 'none',
      holder: expect.stringContaining('dm-test-holder-1'),
    });
  });

  it('a port held by a process, without the secrets of its command line', async () => {
    const child = await listener(31982, '--requirepass', 'hunter22');
    try {
      await using scope = new Scope();
      scope.file('compose.yml', onPort(31982));
      const failure = scope.manager.acquire({ cwd: scope.folder, portMode: 'fixed' });
      await expect(failure).rejects.toThrow(
        new RegExp(`is held by process ${child.pid} "\\S*node \\S+listen.mjs 31982 --requirepass \\*{3}"`),
      );
      expect(JSON.stringify([history(scope), scope.progress])).not.toContain('hunter22');
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill();
    }
  });

  it('a port held by an environment that lives: its lease and its owner', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', onPort(31983));
    const options = { cwd: scope.folder, portMode: 'fixed', owner: 'the first run' } as const;
    await using lease = await scope.manager.acquire(options);
    const failure = scope.manager.acquire(options);
    await expect(failure).rejects.toThrow(
      new RegExp(
        `container ${lease.project}-web-1 .* lease ${lease.id.slice(0, 8)}, held by the first run \\(pid ${process.pid}\\)`,
      ),
    );
    expect((await fetch('http://127.0.0.1:31983/')).ok).toBe(true);
  });

  it('a port that was taken while its service was down', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', onPort(31987));
    await using lease = await scope.manager.acquire({ cwd: scope.folder, portMode: 'fixed' });
    docker('stop', '--time', '0', `${lease.project}-web-1`);
    using foreigner = new Foreigner('--name', 'dm-test-holder-2', '--publish', '127.0.0.1:31987:80');
    const failure = scope.manager.restart({ name: lease.project, services: ['web'] });
    await expect(failure).rejects.toThrow('Port 31987 for service "web" is held by container dm-test-holder-2.');
    expect(foreigner.untouched).toBe(true);
  });

  it('in each of three attempts, as the history tells', async () => {
    const ports: number[] = [];
    const squatters: Foreigner[] = [];
    try {
      await using scope = disturbed({ ports: '31940-31949' }, (run) => {
        const port = plannedPort(run);
        ports.push(port);
        squatters.push(new Foreigner('--name', `dm-test-squatter-${port}`, '--publish', `127.0.0.1:${port}:80`));
      });
      scope.file('compose.yml', fixture());
      const failure = scope.manager.acquire({ cwd: scope.folder });
      await expect(failure).rejects.toMatchObject({ code: 'PORT_CONFLICT', params: { attempts: 3 } });
      await expect(failure).rejects.toThrow(`held by container dm-test-squatter-${ports[2]} (the last of 3 attempts).`);
      const retries = scope.progress.flatMap((p) => (p.type === 'retry' ? [`${p.attempt}: ${p.reason}`] : []));
      expect(new Set(ports).size).toBe(3);
      expect(retries).toEqual([
        `2: port ${ports[0]} was taken by container dm-test-squatter-${ports[0]}`,
        `3: port ${ports[1]} was taken by container dm-test-squatter-${ports[1]}`,
      ]);
      const answers = history(scope).flatMap((event) => (event.action === 'conflict' ? [event.detail.answer] : []));
      expect(answers).toEqual(['ports', 'ports', 'none']);
      expect(squatters.map((s) => s.untouched)).toEqual([true, true, true]);
    } finally {
      for (const squatter of squatters) squatter[Symbol.dispose]();
    }
  });

  it('a container name that somebody has taken between our claim and the creation', async () => {
    let foreigner: Foreigner | undefined;
    try {
      await using scope = disturbed({}, ({ project }) => {
        foreigner = new Foreigner('--name', `${project}-web-1`, ...checkout);
      });
      scope.file('compose.yml', fixture());
      const failure = scope.manager.acquire({ cwd: scope.folder });
      await expect(failure).rejects.toMatchObject({ code: 'NAME_CONFLICT', params: { kind: 'container' } });
      await expect(failure).rejects.toThrow(
        /The container name "(\S+-web-1)" is taken by container \1 of Compose project shop in \/home\/ana\/shop\./,
      );
      expect(foreigner?.untouched).toBe(true);
    } finally {
      foreigner?.[Symbol.dispose]();
    }
  });

  it('a network name: Compose would share it without a word', async () => {
    let network = '';
    try {
      await using scope = disturbed({}, ({ project }) => {
        const labels = ['com.docker.compose.network=default', 'com.docker.compose.project=shop'].flatMap((l) => [
          '--label',
          l,
        ]);
        network = docker('network', 'create', ...labels, `${project}_default`);
      });
      scope.file('compose.yml', fixture());
      const failure = scope.manager.acquire({ cwd: scope.folder });
      await expect(failure).rejects.toThrow(
        /The network name "(\S+_default)" is taken by network \1 of Compose project shop\./,
      );
      expect(docker('network', 'inspect', '--format', '{{.Id}}', network)).toBe(network);
    } finally {
      if (network) docker('network', 'rm', network);
    }
  });

  it('a subnet: the next attempt takes another one', async () => {
    const networks: string[] = [];
    try {
      await using scope = disturbed({}, ({ override }) => {
        if (networks.length > 0) return;
        const { ipam } = override.networks.default as { ipam: { value: { config: { subnet: string }[] } } };
        const subnet = ipam.value.config[0]?.subnet as string;
        networks.push(docker('network', 'create', '--subnet', subnet, 'dm-test-subnet'), subnet);
      });
      const addresses = 'networks: { default: { ipam: { config: [{ subnet: 172.30.9.0/24 }] } } }';
      scope.file(
        'compose.yml',
        `${fixture({}, '    networks: { default: { ipv4_address: 172.30.9.5 } }\n')}${addresses}`,
      );
      await using lease = await scope.manager.acquire({ cwd: scope.folder });
      expect(Object.values(lease.record.subnets)).not.toContain(networks[1]);
      const reason = `its subnet was taken by network dm-test-subnet (${networks[1]})`;
      expect(scope.progress).toContainEqual(expect.objectContaining({ type: 'retry', attempt: 2, reason }));
      expect(docker('network', 'inspect', '--format', '{{.Id}}', 'dm-test-subnet')).toBe(networks[0]);
    } finally {
      if (networks.length > 0) docker('network', 'rm', 'dm-test-subnet');
    }
  });

  it('a network that cannot be removed: who is still on it', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const lease = await scope.manager.acquire({ cwd: scope.folder });
    {
      using foreigner = new Foreigner('--name', 'dm-test-guest', '--network', `${lease.project}_default`, ...checkout);
      const release = lease.release();
      await expect(release).rejects.toMatchObject({ code: 'RELEASE_INCOMPLETE' });
      await expect(release).rejects.toThrow(
        /network \S+_default is in use by container dm-test-guest of Compose project shop/,
      );
      expect(foreigner.untouched).toBe(true);
    }
    await scope.manager.clean();
  });
});

describe('a leftover of ours in the way', () => {
  it('is removed when its lease is over, and the same ports are taken', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', onPort(31984));
    const options = { cwd: scope.folder, portMode: 'fixed' } as const;
    const before = await scope.manager.acquire(options);
    const { create } = scope.engine;
    scope.engine.create = async (run, signal) => {
      // It is over from here on: the sweep at the beginning has not seen it.
      const store = scope.store();
      const held = store.find(before.id);
      if (held) store.keep(held, held.owner, Date.now() - 1000);
      store.close();
      await create(run, signal);
    };
    await using lease = await scope.manager.acquire(options);
    expect(lease.services.web?.ports['8080/tcp']).toBe(31984);
    expect(await scope.engine.containers({ [LABEL.lease]: before.id }, NEVER)).toEqual([]);
    expect(history(scope).find((e) => e.action === 'conflict')?.detail).toMatchObject({ attempt: 1, answer: 'sweep' });
  });

  it('stays where nobody knows its lease: it may be held with another state folder, which cannot be seen from here', async () => {
    await using scope = new Scope();
    const known = scope.store();
    for (const store of [known.id, 'another']) {
      const labels = [`${LABEL.lease}=0123456789abcdef0123456789abcdef`, `${LABEL.store}=${store}`].flatMap((l) => [
        '--label',
        l,
      ]);
      using foreigner = new Foreigner('--name', 'dm-test-unknown', '--publish', '127.0.0.1:31985:80', ...labels);
      scope.file('compose.yml', onPort(31985));
      const failure = scope.manager.acquire({ cwd: scope.folder, portMode: 'fixed' });
      await expect(failure).rejects.toThrow(
        /container dm-test-unknown, held by docker-manual with another state folder/,
      );
      expect(foreigner.untouched).toBe(true);
    }
    known.close();
  });
});

/** A scope whose engine is disturbed before each `create`: what somebody else does in just that moment. */
function disturbed(options: { readonly ports?: string }, disturb: (run: ComposeRun) => void): Scope {
  const engine: Engine = connectEngine(process.env);
  const { create } = engine;
  engine.create = async (run, signal) => {
    disturb(run);
    await create(run, signal);
  };
  return new Scope({ engine, ...options });
}

async function listener(port: number, ...words: readonly string[]): Promise<ChildProcess> {
  const program = new URL('../support/listen.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, String(port), ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout as Readable, 'data');
  return child;
}

function history(scope: Scope) {
  const store = scope.store();
  try {
    return store.history.list(100);
  } finally {
    store.close();
  }
}

function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' }).trim();
}
