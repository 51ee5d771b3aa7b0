import { createHash } from 'node:crypto';
import { untilTrue } from './waiting.mjs';

/** Compose's own labels: whoever asks by them finds foreign things too. */
const PROJECT = 'com.docker.compose.project';
const LEASE = 'dev.docker-manual.lease';
const FOREIGN_LEASE = { [LEASE]: '0123456789abcdef0123456789abcdef', 'dev.docker-manual.generation': '1' };
const FOREIGN_STORE = { ...FOREIGN_LEASE, 'dev.docker-manual.store': '00000000-0000-4000-8000-000000000000' };

/**
 * Things of other people whose names, labels or contents invite a mistake. Each is remembered as it was made: the same
 * id, the same start, the same content, or it has been touched.
 */
export class Decoys {
  #api;
  #image;
  #prints = new Map();

  constructor(api, image) {
    this.#api = api;
    this.#image = image;
  }

  get size() {
    return this.#prints.size;
  }

  /** Those that stand all the time. `base` is what the names of all environments begin with. */
  async plant(base, { running = true } = {}) {
    const compose = (project) => ({ [PROJECT]: project, 'com.docker.compose.service': 'db' });
    // The compose file of the stack names these two: a copy of it must get its own.
    await this.#volume(`${base}-precious`);
    await this.#network(`${base}-front`);
    for (const name of [base, `${base}-1`, `${base}x`, `x${base}`, `${base}_`]) {
      await this.#volume(`${name}_data`);
      if (running) await this.#running(`${name}-db-1`, compose(name), `${name}_data`);
      else await this.#created(`${name}-db-1`, compose(name));
    }
    if (running) await this.#running(`${base}-keeper`, {}, `${base}-precious`);
    await this.#network(`${base}_front`, compose(base));
    await this.#network(`x${base}_front`);
    await this.#created(`${base}-of-another-store`, FOREIGN_STORE);
    await this.#network(`${base}-of-another-store`, FOREIGN_STORE);
    await this.#volume(`${base}-of-another-store`, FOREIGN_STORE);
    await this.#created(`${base}-without-a-store`, FOREIGN_LEASE);
    await this.#volume(`${base}-with-the-key-only`, { [LEASE]: '' });
  }

  /** Namesakes of one living project: its compose label without ours, its name with something before or behind it. */
  async plantNear(project) {
    const claimed = { [PROJECT]: project };
    await this.#created(`${project}x-db-1`, claimed);
    await this.#network(`${project}x_front`, claimed);
    await this.#volume(`${project}x_data`);
    await this.#volume(`x${project}_data`);
    await this.#volume(`${project}_theirs`, claimed);
  }

  /** What has been touched, in words. */
  async verify() {
    const found = await Promise.all(
      [...this.#prints.values()].map(async ({ object, print }) => {
        const now = await this.#print(object);
        return now === print ? [] : [`foreign ${object.kind} ${object.name}: was ${print}, is ${now}`];
      }),
    );
    return found.flat();
  }

  has({ kind, id }) {
    return this.#prints.has(`${kind} ${id}`);
  }

  /** Takes decoys away: all, or those whose names hold a text. */
  async remove(text = '') {
    const chosen = [...this.#prints].filter(([, { object }]) => object.name.includes(text));
    const order = ['container', 'network', 'volume'];
    for (const kind of order) {
      await Promise.all(
        chosen.filter(([, { object }]) => object.kind === kind).map(([, { object }]) => this.#api.remove(object)),
      );
    }
    for (const [key] of chosen) this.#prints.delete(key);
  }

  async #running(name, labels, volume) {
    const write = `echo ${name} >/data/content; exec sleep 1000000`;
    const object = await this.#created(name, labels, ['sh', '-c', write], [`${volume}:/data`]);
    await this.#api.json('POST', `/containers/${object.id}/start`);
    const written = () =>
      this.#api.contentHash(object.id, '/data/content').then(
        () => true,
        () => false,
      );
    if (!(await untilTrue(written, 20_000))) throw new Error(`the decoy ${name} did not start`);
    await this.#remember({ ...object, content: '/data' });
  }

  async #created(name, labels, entrypoint = ['true'], binds = []) {
    const { Id } = await this.#api.json('POST', `/containers/create?name=${name}`, {
      Image: this.#image,
      Entrypoint: entrypoint,
      Labels: labels,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: { Binds: binds, NetworkMode: 'none', Init: true },
    });
    const object = { kind: 'container', id: Id, name };
    await this.#remember(object);
    return object;
  }

  async #network(name, labels = {}) {
    const { Id } = await this.#api.json('POST', '/networks/create', { Name: name, Labels: labels });
    await this.#remember({ kind: 'network', id: Id, name });
  }

  async #volume(name, labels = {}) {
    await this.#api.json('POST', '/volumes/create', { Name: name, Labels: labels });
    await this.#remember({ kind: 'volume', id: name, name });
  }

  async #remember(object) {
    this.#prints.set(`${object.kind} ${object.id}`, { object, print: await this.#print(object) });
  }

  /** What must stay the same; "gone" when it is. */
  async #print(object) {
    try {
      return await this.#facts(object);
    } catch (error) {
      if (error.status === 404) return 'gone';
      throw error;
    }
  }

  async #facts({ kind, id, content }) {
    if (kind === 'container') {
      const { State, Config } = await this.#api.inspect(id);
      const inside = content ? await this.#api.contentHash(id, content) : '';
      return print([State.Status, State.StartedAt, Config.Labels, inside]);
    }
    const path = kind === 'network' ? `/networks/${id}` : `/volumes/${id}`;
    const { Id, Name, Created, CreatedAt, Labels, Options } = await this.#api.json('GET', path);
    return print([Id, Name, Created, CreatedAt, Labels, Options]);
  }
}

function print(facts) {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}
