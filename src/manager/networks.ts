import { EnvironmentError } from '../domain/errors.js';
import { subnetDemands } from '../domain/hazards/subnets.js';
import type { ComposeModel } from '../domain/model.js';
import { parseSubnet } from '../domain/subnet.js';
import type { Engine } from '../engine/engine.js';
import type { SubnetRequest } from '../store/allocation.js';
import type { Config } from './config.js';
import { routedSubnets } from './machine.js';

/** The engine's own pools end after about thirty networks; from here on we bring our own, well before others starve. */
const SHORT_FROM = 20;

/**
 * Which subnets the model needs now. `forced`: the engine has just refused to choose one itself. Networks that exist,
 * whoever made them, and the machine's routes are avoided; the engine has the last word.
 */
export async function subnetRequest(
  config: Config,
  engine: Engine,
  model: ComposeModel,
  forced: boolean,
  signal: AbortSignal,
): Promise<SubnetRequest> {
  const networks = await engine.networks({}, signal);
  const short = forced || networks.filter((n) => n.driver === 'bridge').length >= SHORT_FROM;
  const existing = networks.flatMap((n) => n.subnets.map(parseSubnet)).filter((subnet) => subnet !== undefined);
  return { demands: subnetDemands(model, short), pool: config.networkPool, taken: [...existing, ...routedSubnets()] };
}

/** The engine has no pool left, or the subnet we named is taken: other subnets may do. */
export function isSubnetConflict(error: unknown): boolean {
  if (!(error instanceof EnvironmentError)) return false;
  return error.code === 'NETWORKS_EXHAUSTED' || /Pool overlaps with other one/.test(String(error.params.reason ?? ''));
}
