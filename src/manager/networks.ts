import { fingerprint } from '../domain/hazards/names.js';
import { subnetDemands } from '../domain/hazards/subnets.js';
import type { ComposeModel } from '../domain/model.js';
import { parseSubnet } from '../domain/subnet.js';
import type { Engine } from '../engine/engine.js';
import type { SubnetRequest } from '../store/allocation.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { routedSubnets } from './machine.js';

/** The engine's own pools end after about thirty networks; from here on we bring our own, well before others starve. */
const SHORT_FROM = 20;

/**
 * Which subnets the model needs now. Networks that exist, whoever made them, and the machine's routes are avoided; the
 * engine has the last word. It does not see what others are about to make, so each state folder begins at a place of
 * its own in the pool; and at any place when the engine has just refused (`refused`).
 */
export async function subnetRequest(
  config: Config,
  engine: Engine,
  store: Pick<LeaseStore, 'id'>,
  model: ComposeModel,
  refused: boolean,
  signal: AbortSignal,
): Promise<SubnetRequest> {
  const networks = await engine.networks({}, signal);
  const short = refused || networks.filter((n) => n.driver === 'bridge').length >= SHORT_FROM;
  const existing = networks.flatMap((n) => n.subnets.map(parseSubnet)).filter((subnet) => subnet !== undefined);
  const pool = config.networkPool;
  const place = refused ? Math.random() : Number.parseInt(fingerprint(store.id), 16) / 2 ** 32;
  const from = pool.first + Math.floor(place * (pool.last - pool.first));
  return { demands: subnetDemands(model, short), pool, taken: [...existing, ...routedSubnets()], from };
}
