import type { Demand } from '../domain/admission.js';
import { publishedPorts } from '../domain/bindings.js';
import type { Decisions } from '../domain/decisions.js';
import type { HostFacts } from '../domain/hazards/hazard.js';
import type { LeaseRecord, Mode, Spec } from '../domain/lease.js';
import type { MemoryNeed } from '../domain/memory-need.js';
import type { ComposeModel } from '../domain/model.js';
import type { ProcessOwner } from '../domain/owner.js';
import { demandsOf, unisolatable } from '../domain/plan.js';
import type { PoolPlace } from '../domain/pool.js';
import type { PortMode } from '../domain/ports.js';
import type { Resources } from '../domain/resources.js';
import type { Engine } from '../engine/engine.js';
import type { Asker, Place } from '../store/admission-queue.js';
import type { ClaimRequest, LeaseStore } from '../store/lease-store.js';
import { demandWithin, type Room } from './budget.js';
import type { Config } from './config.js';
import { hostFacts } from './host-facts.js';
import { locate } from './locate.js';
import { ephemeralPorts } from './machine.js';
import { subnetRequest } from './networks.js';
import { baseName } from './spec.js';

/** What a lease is claimed for. */
export interface Asked {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly files: Spec;
  readonly template: ComposeModel;
  readonly name: string | undefined;
  readonly mode: Mode;
  readonly owner: ProcessOwner;
  readonly sharedKey: string | null;
  readonly decisions: Decisions;
  readonly portMode: PortMode;
  readonly resources: Resources;
  /** In a pool that it is made for, or that was empty. */
  readonly place: PoolPlace | undefined;
  readonly signal: AbortSignal;
}

/** What came of a claim: a lease, a place in the queue, or neither. */
export interface ClaimOutcome {
  readonly claimed?: Claimed;
  readonly queued?: Queued;
}

/** A place in the queue, and what is waited for. */
export interface Queued {
  readonly place: Place;
  readonly asker: Asker & Demand;
  readonly need: MemoryNeed;
}

export interface Claimed {
  readonly lease: LeaseRecord;
  readonly facts: HostFacts;
}

/**
 * Reserves everything that one more environment needs, in one transaction; where there is no room for it, that leaves a
 * place in the queue. Neither when somebody else has claimed the same shared environment meanwhile.
 *
 * @throws MEMORY_TOO_SMALL, HAZARD_UNISOLATABLE, PORTS_EXHAUSTED, SUBNETS_EXHAUSTED, EXCLUSIVE_HELD
 */
export async function claim(asked: Asked, room: Room): Promise<ClaimOutcome> {
  const { config, engine, store, files, template, decisions, portMode, sharedKey, signal } = asked;
  const facts = await hostFacts(engine, template, files.directory, signal);
  const subnets = await subnetRequest(config, engine, store, template, false, signal);
  const demands = demandsOf(template, decisions, facts, portMode, asked.resources);
  if (demands.open.length > 0) throw unisolatable(locate(demands.open, files));
  const base = baseOf(asked);
  const request: ClaimRequest = {
    base,
    mode: asked.mode,
    owner: asked.owner,
    engine: { endpoint: engine.endpoint, environment: engine.environment },
    sharedKey,
    expiresAt: null,
    spec: files,
    ports: demands.ports,
    range: config.ports,
    avoid: [...publishedPorts(template), ...config.excludePorts],
    ephemeral: ephemeralPorts(),
    after: files.seat === undefined ? undefined : store.lastPort(files.seat),
    subnets,
    exclusive: demands.exclusive ?? heldData(files, template),
    memory: demandWithin(room, base, demands.memory),
    pool: asked.place,
  };
  const asker = { ...room, engine: engine.endpoint, name: base, owner: asked.owner, memory: request.memory };
  const { lease, place } = store.admit(request, asker);
  if (lease) return { claimed: { lease, facts } };
  return place ? { queued: { place, asker, need: demands.memory } } : {};
}

/** Two environments must not write into the same data. */
function heldData({ seat, keepsVolumes }: Spec, { volumes = {} }: ComposeModel): string | null {
  return keepsVolumes && Object.keys(volumes).length > 0 ? `the volumes of ${seat}` : null;
}

/** First part of the project name: `--name`, COMPOSE_PROJECT_NAME, or the folder. */
export function baseOf({ config, files, name }: Pick<Asked, 'config' | 'files' | 'name'>): string {
  return baseName(name, files, config.env);
}
