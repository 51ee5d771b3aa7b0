import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import { type Finding, lostLeases } from '../domain/reconcile.js';
import type { Context } from './context.js';
import { overBecause } from './owner-life.js';

/** Everything that the engine and the store say of this state folder's environments. Nothing is changed. */
export interface Comparison {
  readonly findings: readonly Finding[];
  /** Lease ids of objects that are ours but do not say whose. */
  readonly unreadable: readonly string[];
}

/**
 * Holds the engine's objects against the store. Rows are read before and after the objects: a lease that came or went
 * meanwhile is in one of both.
 */
export async function compare(context: Context, signal: AbortSignal): Promise<Comparison> {
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const before = store.list();
  const labels = { [LABEL.store]: store.id };
  const objects = await Promise.all([
    engine.containers(labels, signal),
    engine.networks(labels, signal),
    engine.volumes(labels, signal),
  ]);
  const rows = store.list();
  const known = new Set([...before, ...rows].map((lease) => lease.id));
  const { endpoint, environment } = engine;
  const labelled = objects.flatMap((kind) => kind.map((object) => object.labels));
  const withObjects = new Set(labelled.map((each) => each[LABEL.lease]));
  const lost = lostLeases(labelled, known, { endpoint, environment });
  const withContainers = new Set(objects[0].map((container) => container.labels[LABEL.lease]));
  const judge = async (lease: LeaseRecord, isLost: boolean): Promise<Finding> => {
    // An engine may have several addresses: what has objects here is here.
    const isHere = lease.engine.endpoint === endpoint || withObjects.has(lease.id);
    const finding = { lease, lost: isLost, here: isHere };
    const keep = (cause: string): Finding => ({ ...finding, action: 'keep', cause });
    const remove = (cause: string): Finding => ({ ...finding, action: 'remove', cause });
    if (!isHere) return keep(`it is on another engine (${lease.engine.endpoint})`);
    const cause = await overBecause(context, lease);
    if (cause !== undefined) return remove(cause);
    const held = `held by ${describeOwner(lease.owner)}`;
    if (!isEmptied(lease, before, withContainers)) return keep(held);
    const emptied = 'somebody has removed its containers';
    return lease.owner.kind === 'session' ? remove(emptied) : keep(`${held}, but ${emptied}`);
  };
  const findings = await Promise.all([
    ...rows.map((lease) => judge(lease, false)),
    ...lost.leases.map((lease) => judge(lease, true)),
  ]);
  return { findings, unreadable: lost.unreadable };
}

/** It was ready before we asked, and the engine has no container of it. */
function isEmptied(
  lease: LeaseRecord,
  before: readonly LeaseRecord[],
  withContainers: ReadonlySet<string | undefined>,
): boolean {
  const wasReady = before.some((row) => row.id === lease.id && row.state === 'ready');
  return wasReady && lease.state === 'ready' && !withContainers.has(lease.id);
}

/** Writes the rows of lost leases again. @returns those that were written */
export async function restoreLost(context: Context, signal: AbortSignal): Promise<Finding[]> {
  const { findings } = await compare(context, signal);
  const store = await context.store();
  return findings.filter(({ lease, lost, cause }) => lost && store.restore(lease, { cause }));
}
