import { publishedPorts } from '../domain/bindings.js';
import type { Decisions } from '../domain/decisions.js';
import type { HostFacts } from '../domain/hazards/hazard.js';
import type { LeaseRecord, Mode, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { ProcessOwner } from '../domain/owner.js';
import { demandsOf, unisolatable } from '../domain/plan.js';
import type { PortMode } from '../domain/ports.js';
import { projectBase } from '../domain/project-name.js';
import type { Engine } from '../engine/engine.js';
import type { ClaimRequest, LeaseStore } from '../store/lease-store.js';
import { folderName } from './compose-files.js';
import type { Config } from './config.js';
import { hostFacts } from './host-facts.js';
import { locate } from './locate.js';
import { ephemeralPorts } from './machine.js';
import { subnetRequest } from './networks.js';

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
  readonly signal: AbortSignal;
}

export interface Claimed {
  readonly lease: LeaseRecord;
  readonly facts: HostFacts;
}

/**
 * Reserves everything that one more environment needs, in one transaction. Undefined when somebody else has claimed the
 * same shared environment meanwhile.
 *
 * @throws HAZARD_UNISOLATABLE, PORTS_EXHAUSTED, SUBNETS_EXHAUSTED, EXCLUSIVE_HELD
 */
export async function claim(asked: Asked): Promise<Claimed | undefined> {
  const { config, engine, store, files, template, decisions, portMode, sharedKey, signal } = asked;
  const facts = await hostFacts(engine, template, files.directory, signal);
  const subnets = await subnetRequest(config, engine, store, template, false, signal);
  const demands = demandsOf(template, decisions, facts, portMode);
  if (demands.open.length > 0) throw unisolatable(locate(demands.open, files));
  const request: ClaimRequest = {
    base: baseOf(asked),
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
    subnets,
    exclusive: demands.exclusive,
  };
  const lease = sharedKey === null ? store.claim(request) : store.claimShared({ ...request, sharedKey });
  return lease && { lease, facts };
}

/** First part of the project name: `--name`, COMPOSE_PROJECT_NAME, or the folder. */
export function baseOf({ config, files, name }: Pick<Asked, 'config' | 'files' | 'name'>): string {
  return projectBase(name ?? (config.env.COMPOSE_PROJECT_NAME || folderName(files)));
}
