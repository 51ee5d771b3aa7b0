import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintText, type Makings } from '../../domain/edition-change.js';
import { EnvironmentError } from '../../domain/errors.js';
import { fileError } from '../../domain/file-errors.js';
import { LABEL, type Labels } from '../../domain/labels.js';
import type { Binding, LeaseRecord, Spec } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import type { Override } from '../../domain/override.js';
import type { Engine } from '../../engine/engine.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { AcquireOptions } from '../acquire-options.js';
import type { Config } from '../config.js';
import { leaseFolder, makeLeaseFolder } from '../lease-folder.js';
import { seal, unseal } from '../sealed.js';

/** What was asked for, as far as it can be asked for again by another process. */
export type AskedAgain = Omit<AcquireOptions, 'signal' | 'hooks' | 'owner' | 'ttl'>;

/** What an environment is made of: enough to make any of its services again, whatever the files say by then. */
export interface Edition {
  readonly asked: AskedAgain;
  readonly spec: Spec;
  readonly sharedKey: string | null;
  /** Under the project's own name. */
  readonly model: ComposeModel;
  /** The override file. */
  readonly override: string;
  readonly makings: Makings;
  readonly bindings: readonly Binding[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The editions of one lease, in its folder: the one that it is, the one before, and while it is being changed the next
 * one, which a process that dies over the change leaves behind. They hold the passwords of the files, so they are
 * encrypted, and the key lies in the state database: neither of the two says anything by itself.
 */
export type EditionName = 'present' | 'former' | 'next';

type Place = { readonly config: Config; readonly store: LeaseStore; readonly record: Pick<LeaseRecord, 'id'> };

/** Undefined where none is kept, or none that this state database has the key of. */
export function readEdition({ config, store, record }: Place, name: EditionName): Edition | undefined {
  try {
    return unseal<Edition>(readFileSync(fileOf({ config, record }, name), 'utf8'), store.sealKey());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws STORE_FULL, STORE_READ_ONLY */
export function writeEdition({ config, store, record }: Place, name: EditionName, edition: Edition): void {
  const file = join(makeLeaseFolder(config, record), `${name}.sealed`);
  try {
    writeFileSync(`${file}.part`, seal(edition, store.sealKey()), { mode: 0o600 });
    renameSync(`${file}.part`, file);
  } catch (error) {
    throw fileError(error, file);
  }
}

/** The next one has become the present one. */
export function promoteEdition(place: Omit<Place, 'store'>): void {
  renameSync(fileOf(place, 'next'), fileOf(place, 'present'));
}

export function forgetEdition(place: Omit<Place, 'store'>, name: EditionName): void {
  rmSync(fileOf(place, name), { force: true });
}

/** True while somebody changes the environment, and after one who has died over it. */
export function isBeingChanged(place: Omit<Place, 'store'>): boolean {
  return existsSync(fileOf(place, 'next'));
}

function fileOf({ config, record }: Omit<Place, 'store'>, name: EditionName): string {
  return join(leaseFolder(config, record), `${name}.sealed`);
}

/** Of those that others join or come back to; what one test run has for itself is not changed but made anew. */
export function keepsEditions({ sharedKey, spec }: Pick<LeaseRecord, 'sharedKey' | 'spec'>): boolean {
  return sharedKey !== null || spec.seat !== undefined;
}

/** What can be asked for again. */
export function askedAgain(options: AcquireOptions): AskedAgain {
  const { signal: _, hooks: __, owner: ___, ttl: ____, ...asked } = options;
  return { ...asked, cwd: options.cwd ?? process.cwd() };
}

/** Service → what it is made of, with the images that its name stands for on this engine now. */
export async function makingsOf(
  engine: Pick<Engine, 'image'>,
  model: ComposeModel,
  override: Override,
  signal: AbortSignal,
): Promise<Makings> {
  const makings = Object.entries(model.services).map(async ([name, service]) => {
    const image = String(override.services[name]?.image ?? service.image ?? '');
    const found = image === '' || service.provider ? undefined : await engine.image(image, signal);
    const fingerprint = createHash('sha256')
      .update(fingerprintText(model, override, name))
      .digest('hex');
    return [name, { fingerprint, image, imageId: found?.id ?? null }] as const;
  });
  return Object.fromEntries(await Promise.all(makings));
}

/** The labels that everything of the lease bears, as its containers have them: other labels would be another container. @throws UPDATE_UNFIT */
export async function labelsOf(
  engine: Engine,
  { id, project }: Pick<LeaseRecord, 'id' | 'project'>,
  signal: AbortSignal,
): Promise<Labels> {
  const [container] = await engine.containers({ [LABEL.lease]: id }, signal);
  if (!container) throw new EnvironmentError('UPDATE_UNFIT', { project, reason: 'none of its containers is there' });
  const own = [LABEL.lease, LABEL.generation, LABEL.store, LABEL.claim];
  return Object.fromEntries(own.flatMap((name) => (container.labels[name] ? [[name, container.labels[name]]] : [])));
}
