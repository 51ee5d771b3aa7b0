import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Engine } from '../engine/engine.js';

const LOG_LINES = 10;
/** Reading evidence must not hold up the teardown on an engine that has just died. Milliseconds. */
const EVIDENCE_TIMEOUT = 3000;

/**
 * Adds to a failed start what the named services last said: the output of their health probe and the end of their log.
 * Collected before teardown, because afterwards it is gone. Any other error is returned as it is.
 */
export async function withEvidence(
  engine: Engine,
  lease: LeaseRecord,
  error: EnvironmentError,
): Promise<EnvironmentError> {
  if (!('evidence' in error.params)) return error;
  const services = String(error.params.service ?? error.params.names ?? '').split(', ');
  const signal = AbortSignal.timeout(EVIDENCE_TIMEOUT);
  try {
    const containers = await engine.containers({ [LABEL.lease]: lease.id }, signal);
    const named = containers.filter((c) => services.includes(c.service));
    const parts = await Promise.all(named.map((c) => describe(engine, c.id, c.service, signal)));
    return new EnvironmentError(error.code, { ...error.params, evidence: parts.join('') }, error);
  } catch {
    return error; // the engine is gone too; the first error says what matters
  }
}

async function describe(engine: Engine, id: string, service: string, signal: AbortSignal): Promise<string> {
  const [detail, log] = await Promise.all([engine.inspect(id, signal), engine.logTail(id, LOG_LINES, signal)]);
  const probe = detail?.probeOutput ? `\n  last health probe of ${service}: ${detail.probeOutput}` : '';
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return `${probe}\n  ${service} wrote no log`;
  return `${probe}\n  last log lines of ${service}:${lines.map((line) => `\n    | ${line}`).join('')}`;
}
