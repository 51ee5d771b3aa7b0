import { CATALOGUE, EnvironmentError, type ErrorParams } from '../domain/errors.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { type Holder, nameHolder, portHolder, subnetHolder, type Witnesses } from './holder.js';

/** What is known of an environment when something of it fails. */
export interface Situation extends Witnesses {
  readonly lease: LeaseRecord;
  readonly model: ComposeModel;
  readonly bindings: readonly Binding[];
}

/** The error with what its message wants and only we know: the service of a container or port, its image, its ports. */
export function situated(situation: Situation, error: EnvironmentError): EnvironmentError {
  const { bindings, lease, model } = situation;
  const { code, params, cause, step } = error;
  const { port } = params;
  const binding = bindings.find((b) => typeof port === 'number' && b.port <= port && port < b.port + b.count);
  const service = String(params.service ?? serviceOf(situation, params) ?? binding?.service ?? '');
  const whole = bindings.find((b) => b.service === service);
  const known: ErrorParams = {
    service,
    project: lease.project,
    image: model.services[service]?.image ?? '',
    port: whole ? `${whole.port}-${whole.port + whole.count - 1}` : '',
  };
  const wanted = Object.entries(known).filter(([key]) => CATALOGUE[code].message.includes(`{${key}}`));
  return new EnvironmentError(code, { ...Object.fromEntries(wanted), ...params }, { cause, step });
}

/** Who is in the way. Undefined where the failure has no such one, or the engine does not tell. */
export async function holderOf(
  situation: Situation,
  error: EnvironmentError,
  signal: AbortSignal,
): Promise<Holder | undefined> {
  try {
    if (error.code === 'NAME_CONFLICT') return await nameHolder(situation, error, signal);
    if (error.code === 'SUBNET_CONFLICT') return await subnetHolder(situation, situation.lease, signal);
    if (error.code !== 'PORT_CONFLICT') return undefined;
    return await portHolder(situation, situation.lease, Number.parseInt(String(error.params.port), 10), signal);
  } catch {
    return undefined; // what the search meets is not the failure
  }
}

export function withHolder(error: EnvironmentError, holder: Holder | undefined, attempts: number): EnvironmentError {
  const { code, params, cause, step } = error;
  if (!CATALOGUE[code].message.includes('{holder}')) return error;
  const tried = attempts === 1 ? '' : ` (the last of ${attempts} attempts)`;
  const by = holder?.text ?? 'somebody who could not be found out';
  return new EnvironmentError(code, { ...params, attempts, tried, holder: by }, { cause, step });
}

/** All of that, for a failure after which nothing else is tried. */
export async function explained(
  situation: Situation,
  failure: EnvironmentError,
  signal: AbortSignal,
): Promise<EnvironmentError> {
  const error = situated(situation, failure);
  return withHolder(error, await holderOf(situation, error, signal), 1);
}

/** By the container, which Compose names `<project>-<service>-<number>`; else by what only one service has of what is quoted. */
function serviceOf({ model, lease }: Situation, { container = '', reason = '' }: ErrorParams): string | undefined {
  const name = String(container);
  const own = name.startsWith(`${lease.project}-`) ? name.slice(lease.project.length + 1).replace(/-\d+$/, '') : '';
  if (own in model.services) return own;
  const quoted = [...String(reason).matchAll(/['"]([^'"]+)['"]/g)].map((match) => JSON.stringify(match[1]));
  const all = Object.entries(model.services);
  const having = all.filter(([, service]) => quoted.some((text) => JSON.stringify(service).includes(text)));
  return having.length === 1 ? having[0]?.[0] : undefined;
}
