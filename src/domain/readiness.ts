import { hasHealthcheck } from './hazards/timing.js';
import type { ComposeModel, ServiceModel } from './model.js';
import type { Verdict } from './verdict.js';
import type { Waits } from './wait.js';

/** One container of an environment, as the engine last showed it. Times are milliseconds since the epoch. */
export interface Observation {
  readonly id: string;
  readonly service: string;
  readonly status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** "none": neither the file nor the image has a health check. */
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Exits seen so far, restarted ones included. */
  readonly exits: number;
  readonly startedAt: number;
  /** Why the engine could not start it. */
  readonly error: string;
  /** What asking the service itself has said; absent where it is not asked. */
  readonly probe?: ProbeResult;
  /** The latest runs of its health check, oldest first (the engine keeps five); empty where none ran. */
  readonly healthLog?: readonly HealthProbe[];
}

export interface HealthProbe {
  readonly exitCode: number;
  readonly output: string;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

export interface ProbeResult {
  readonly passed: boolean;
  /** Why it has not passed yet, in words. */
  readonly why: string;
  /** After so long without an answer the container counts as running; null: never. Milliseconds. */
  readonly silentAfter: number | null;
}

/** A restarting container is given up after this many exits: one may be a race with a dependency, three are a loop. */
const CRASH_LOOP_EXITS = 3;

/**
 * With no health check and nothing to ask, a container counts as running after this long with no exit. Most programs
 * that cannot start say so within two seconds: a missing variable, a refused connection. Milliseconds.
 */
const STABLE_AFTER = 2500;

/** A probe may write a whole page. Characters. */
const LONGEST_LINE = 200;

export function judge(service: ServiceModel, seen: Observation, oneShot: boolean, now: number): Verdict {
  switch (seen.status) {
    case 'created':
      return seen.error ? { state: 'failed', reason: `could not be started: ${seen.error}` } : { state: 'created' };
    case 'running':
    case 'paused':
      return judgeRunning(seen, oneShot, now);
    case 'restarting':
      return judgeExit(service, seen, oneShot);
    default:
      return judgeExit(service, seen, oneShot);
  }
}

function judgeRunning(seen: Observation, oneShot: boolean, now: number): Verdict {
  if (seen.exits >= CRASH_LOOP_EXITS) return { state: 'failed', reason: crashLoop(seen) };
  // Of a child the container goes on, with a part missing; of the main process this is told just before its end.
  if (seen.oomKilled) return { state: 'failed', reason: 'used more memory than its limit: a process was killed (OOM)' };
  if (oneShot) return { state: 'starting', why: 'runs until it is done' };
  if (seen.probe) return judgeProbe(seen.probe, seen.startedAt, now);
  if (seen.health === 'healthy') return { state: 'healthy' };
  if (seen.health !== 'none') return judgeUnhealthy(seen);
  const until = seen.startedAt + STABLE_AFTER;
  if (now >= until) return { state: 'running' };
  return { state: 'starting', why: 'no health check: watched for a moment', until };
}

/** The engine says "starting" of a check that fails until its start period is over, so the probes have to tell. */
function judgeUnhealthy({ health, healthLog = [] }: Observation): Verdict {
  const passed = healthLog.findLastIndex(({ exitCode }) => exitCode === 0);
  const failed = healthLog.slice(passed + 1);
  const last = failed.at(-1);
  if (!last) return { state: 'starting', why: `health check: ${health}` };
  const often = failed.length === 1 ? 'the last time' : `the last ${failed.length} times`;
  const line = last.output.trimEnd().split('\n').at(-1)?.trim() || `exit code ${last.exitCode}`;
  return { state: 'starting', why: 'health check fails', probe: `${often}: ${line.slice(0, LONGEST_LINE)}` };
}

function judgeProbe({ passed, why, silentAfter }: ProbeResult, startedAt: number, now: number): Verdict {
  if (passed) return { state: 'running' };
  if (silentAfter === null) return { state: 'starting', why };
  const until = startedAt + silentAfter;
  return now >= until ? { state: 'running' } : { state: 'starting', why, until };
}

function judgeExit(service: ServiceModel, seen: Observation, oneShot: boolean): Verdict {
  if (restarts(service, seen.exitCode)) {
    if (seen.exits >= CRASH_LOOP_EXITS) return { state: 'failed', reason: crashLoop(seen) };
    return { state: 'starting', why: `restarts after ${exitText(seen)}` };
  }
  if (seen.exitCode !== 0 || seen.oomKilled) return { state: 'failed', reason: exitText(seen) };
  if (oneShot || !(service.ports?.length || hasHealthcheck(service))) return { state: 'completed' };
  return { state: 'failed', reason: 'exited with code 0 although others are to connect to it' };
}

function restarts(service: ServiceModel, exitCode: number): boolean {
  const policy = service.restart ?? service.deploy?.restart_policy?.condition ?? 'no';
  if (policy === 'always' || policy === 'unless-stopped' || policy === 'any') return true;
  return policy.startsWith('on-failure') && exitCode !== 0;
}

function crashLoop(seen: Observation): string {
  return `crashes again and again (${seen.exits} exits, the last: ${exitText(seen)})`;
}

function exitText(seen: Observation): string {
  if (seen.oomKilled) return 'was killed for using more memory than its limit (OOM)';
  return seen.exitCode > 128
    ? `exited with code ${seen.exitCode} (signal ${seen.exitCode - 128})`
    : `exited with code ${seen.exitCode}`;
}

/** Services that somebody waits for to complete, or that the user says will: they are to end, not to stay. */
export function oneShots(model: ComposeModel, waits: Waits = {}): ReadonlySet<string> {
  const found = new Set<string>(Object.keys(waits).filter((name) => waits[name] === 'exit'));
  for (const service of Object.values(model.services)) {
    for (const [name, dependency] of Object.entries(service.depends_on ?? {})) {
      if (dependency.condition === 'service_completed_successfully') found.add(name);
    }
  }
  return found;
}

/** Services not yet started whose dependencies all hold. `verdicts` has one entry a service. */
export function startable(model: ComposeModel, verdicts: ReadonlyMap<string, Verdict>): string[] {
  return Object.entries(model.services)
    .filter(([name, service]) => verdicts.get(name)?.state === 'created' && dependenciesHold(service, verdicts))
    .map(([name]) => name);
}

function dependenciesHold(service: ServiceModel, verdicts: ReadonlyMap<string, Verdict>): boolean {
  return Object.entries(service.depends_on ?? {}).every(([name, { condition }]) => {
    const verdict = verdicts.get(name);
    if (verdict === undefined) return true; // not part of this run (profile, required: false)
    if (condition === 'service_started') return verdict.state !== 'created' && verdict.state !== 'failed';
    if (condition === 'service_healthy') return verdict.state === 'healthy' || verdict.state === 'running';
    return verdict.state === 'completed';
  });
}
