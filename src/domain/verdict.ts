import { EnvironmentError } from './errors.js';
import type { ComposeModel } from './model.js';

/** What is to be thought of a service on its way to being ready. */
export type Verdict =
  | { readonly state: 'created' }
  /**
   * `until`: when silence turns into an answer; absent where only an event can tell. `probe`: what its failing health
   * check says, which changes often.
   */
  | { readonly state: 'starting'; readonly why: string; readonly until?: number; readonly probe?: string }
  | { readonly state: 'healthy' | 'running' | 'completed' }
  | { readonly state: 'failed'; readonly reason: string };

/** The verdict of a service with several containers: the one that is furthest behind. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  const order: Verdict['state'][] = ['failed', 'created', 'starting', 'running', 'healthy', 'completed'];
  return [...verdicts].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0] ?? { state: 'created' };
}

export function isReady(verdict: Verdict): boolean {
  return verdict.state === 'healthy' || verdict.state === 'running' || verdict.state === 'completed';
}

/** Why a service is not ready, in words; of one that is ready, its state. */
export function whyNot(verdict: Verdict): string {
  if (verdict.state === 'starting') return verdict.probe ? `${verdict.why}, ${verdict.probe}` : verdict.why;
  return verdict.state === 'failed' ? verdict.reason : verdict.state;
}

/** The end of a wait of `ms` milliseconds: who of the model's services is not ready, and why. */
export function readyTimeout(
  model: ComposeModel,
  verdicts: ReadonlyMap<string, Verdict>,
  ms: number,
): EnvironmentError {
  const waiting = Object.keys(model.services).filter((name) => {
    const verdict = verdicts.get(name);
    return !verdict || !isReady(verdict);
  });
  const why = (name: string) => {
    const verdict = verdicts.get(name);
    if (verdict && verdict.state !== 'created') return whyNot(verdict);
    const behind = Object.keys(model.services[name]?.depends_on ?? {}).filter((each) => waiting.includes(each));
    return behind.length > 0 ? `not started: waits for ${behind.join(', ')}` : 'not started yet';
  };
  const services = waiting.map((name) => `${name} (${why(name)})`).join(', ');
  return new EnvironmentError('READY_TIMEOUT', {
    seconds: ms / 1000,
    services,
    names: waiting.join(', '),
    evidence: '',
  });
}
