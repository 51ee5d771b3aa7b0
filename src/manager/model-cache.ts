import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { readText } from './compose-content.js';
import { referencedFiles } from './compose-references.js';
import { seal, unseal } from './sealed.js';

/**
 * Models by the content of every file and variable that Compose read for them, so that `docker compose config` runs
 * once per change and not once per environment. A model holds passwords, also those that came as variables and lie in
 * no file: entries are encrypted with a key made of what Compose read, which nobody can open who does not have that
 * already, and the key is kept nowhere.
 */
export class ModelCache {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  /** Keys of what was not found, from before Compose is asked. */
  readonly #asked = new Map<string, string>();

  constructor(stateDir: string, env: NodeJS.ProcessEnv) {
    this.#folder = join(stateDir, 'models');
    this.#env = env;
  }

  async get(files: Spec): Promise<ComposeModel | undefined> {
    const path = this.#path(files);
    const entry = readEntry(path);
    // With any other key, something that Compose reads has changed.
    const model = entry && unseal<ComposeModel>(entry.sealed, this.#key(entry.inputs));
    if (!model) {
      this.#asked.set(path, this.#key((await referencedFiles(files)) ?? []));
      return undefined;
    }
    touch(path, new Date());
    return model;
  }

  /**
   * Kept only when every file that Compose may have read is known, and none has changed since it was asked. A cache that
   * cannot be written is no failure.
   */
  async put(files: Spec, model: ComposeModel): Promise<void> {
    const inputs = await referencedFiles(files);
    if (!inputs) return;
    const [path, key] = [this.#path(files), this.#key(inputs)];
    if (key !== (this.#asked.get(path) ?? key)) return;
    const entry: Entry = { inputs, sealed: seal(model, key) };
    const part = join(this.#folder, `.${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(part, JSON.stringify(entry), { mode: 0o600 });
      renameSync(part, path);
      this.#forgetOldest();
    } catch {
      remove(part); // the next acquire asks Compose again
    }
  }

  #path(files: Spec): string {
    return join(this.#folder, `${hash(JSON.stringify([FORMAT, files]))}.json`);
  }

  /** What the inputs say now, together with the value of every variable whose name occurs in them. */
  #key(inputs: readonly string[]): string {
    const texts = inputs.map((file) => readText(file));
    return hash(JSON.stringify([texts, variablesIn(texts, this.#env)]));
  }

  #forgetOldest(): void {
    const entries = readdirSync(this.#folder).map((name) => join(this.#folder, name));
    if (entries.length <= MAX_ENTRIES) return;
    const byAge = entries.map((path) => ({ path, time: statSync(path).mtimeMs })).sort((a, b) => a.time - b.time);
    for (const { path } of byAge.slice(0, entries.length - MAX_ENTRIES)) rmSync(path, { force: true });
  }
}

/** Every variable that the texts may mean, and those that Compose reads by itself; in the order of their names. */
export function variablesIn(texts: readonly (string | null)[], env: NodeJS.ProcessEnv): [string, string | undefined][] {
  const words = new Set(texts.flatMap((text) => text?.match(/[A-Za-z_]\w*/g) ?? []));
  return Object.entries(env)
    .filter(([name]) => words.has(name) || name.startsWith('COMPOSE_') || name === 'HOME')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Entry {
  readonly inputs: readonly string[];
  /** The model, encrypted: base64 of a nonce, a tag and the text. */
  readonly sealed: string;
}

/** Raised when an entry's meaning changes. */
const FORMAT = 2;
const MAX_ENTRIES = 200;

function readEntry(path: string): Entry | undefined {
  const text = readText(path);
  if (text === null) return undefined;
  try {
    const entry = JSON.parse(text) as Partial<Entry> | null;
    return Array.isArray(entry?.inputs) && typeof entry.sealed === 'string' ? (entry as Entry) : undefined;
  } catch {
    return undefined; // cut short by a full disk
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the folder itself is none
  }
}

/** So that the oldest entry is the one that was not used for longest. */
function touch(path: string, time: Date): void {
  try {
    utimesSync(path, time, time);
  } catch {
    // another process has just removed it
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
