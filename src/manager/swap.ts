import { randomBytes } from 'node:crypto';
import { EnvironmentError } from '../domain/errors.js';
import { isRetired, type LeaseRecord } from '../domain/lease.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { acquire } from './acquire.js';
import type { Context } from './context.js';
import type { AcquiredEnvironment } from './handed-over.js';
import { overBecause } from './owner-life.js';
import { collect } from './sweep.js';
import { chosen, unfit } from './update/changing.js';
import { type Edition, readEdition } from './update/edition.js';
import type { Updated, UpdateOptions } from './update.js';

/** How long the new one waits for its first user, where nothing was said of how long it is kept. Milliseconds. */
const STAYS = 10 * 60_000;

/**
 * Makes a second environment of what the files say now, beside a shared one, and lets it take the place of that when it
 * is ready: whoever asks from then on gets the new one, whoever has the old one keeps it, and it goes with the last of
 * them. Until then the new one is found by nobody and hangs on this process: should that die, it is swept away, and the
 * old one has lost nothing.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, UPDATE_UNFIT, UPDATE_FAILED (the old one is untouched)
 */
export async function swap(context: Context, options: UpdateOptions, make: typeof acquire): Promise<Updated> {
  const { config } = context;
  const store = await context.store();
  const blue = chosen(store.list(), options);
  const present = readEdition({ config, store, record: blue }, 'present');
  if (!present || blue.sharedKey === null || blue.spec.keepsVolumes) {
    throw unfit(blue, 'only a shared environment that keeps no volumes can have a second one beside it');
  }
  if (blue.state !== 'ready' || isRetired(blue)) throw unfit(blue, 'it is not the one that new users get');
  const green = await secondOne(context, blue, present, options, make);
  const turned = await turn(context, store, blue, green, present);
  const changed = Object.keys(green.services);
  return { record: turned.record, changed, removed: [], former: { project: blue.project, users: turned.users } };
}

async function secondOne(
  context: Context,
  { project }: LeaseRecord,
  { asked }: Edition,
  { signal, waitTimeout, build, pull }: UpdateOptions,
  make: typeof acquire,
): Promise<AcquiredEnvironment> {
  const own = Object.entries({ signal, waitTimeout, build, pull }).filter(([, value]) => value !== undefined);
  const provisionalKey = `swap:${randomBytes(16).toString('hex')}`;
  try {
    return await make(context, { ...asked, ...Object.fromEntries(own), mode: 'shared' }, { provisionalKey });
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code === 'ABORTED') throw error;
    const { evidence = '', ...params } = error.params;
    const after = `${project} is untouched`;
    const { message: reason } = new EnvironmentError(error.code, { ...params, evidence: '' });
    const described = { project, what: 'swapped', reason, after, evidence };
    throw new EnvironmentError('UPDATE_FAILED', described, { cause: error, dossier: error.dossier });
  }
}

/** The place is taken in one transaction, and only then is the old one given up. */
async function turn(
  context: Context,
  store: LeaseStore,
  blue: LeaseRecord,
  { record, use }: AcquiredEnvironment,
  { asked }: Edition,
): Promise<{ record: LeaseRecord; users: number }> {
  const place = { config: context.config, store, record };
  const edition = readEdition(place, 'present');
  if (!use || !edition?.sharedKey) throw new Error('a shared environment without a key');
  const until = Math.max(blue.expiresAt ?? 0, Date.now() + (asked.keepWarm ?? STAYS));
  const retired = store.shared.takePlace(record, use.holder.token, edition.sharedKey, until, blue);
  const left = retired.map((each) => store.find(each.id)).filter((each) => each !== undefined);
  for (const each of left) {
    const cause = await overBecause(context, each);
    if (cause !== undefined) await collect(context, { lease: each, cause: `${record.project} has taken its place` });
  }
  const users = store.find(blue.id)?.holders.length ?? 0;
  return { record: store.find(record.id) ?? record, users };
}
