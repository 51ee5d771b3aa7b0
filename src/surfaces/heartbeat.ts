import { formatDuration, type Progress, type Verdict, whyNot } from '../index.js';
import { shown } from './shown.js';

/** A log without a word for longer than this looks like a job that hangs. Milliseconds. */
export const HEARTBEAT = 10_000;

/**
 * What is being waited for, said again and again where no board is drawn. Known from the events that were seen anyway:
 * a heartbeat asks the engine nothing.
 */
export class Heartbeat {
  #project = '';
  /** A pull or build, which has no services to name. */
  #work: string | undefined;
  #since = 0;
  readonly #verdicts = new Map<string, Verdict>();

  note(progress: Progress, now: number): void {
    switch (progress.type) {
      case 'queued':
        this.#begin(progress.name, progress.text.replace(/;.*/, ''), now);
        break;
      case 'fetching':
        this.#begin(progress.project, `pulling ${progress.images.join(', ')}`, now);
        break;
      case 'building':
        this.#begin(progress.project, `building ${progress.services.join(', ')}`, now);
        break;
      case 'service':
        if (this.#verdicts.size === 0) this.#begin(progress.project, undefined, now);
        this.#verdicts.set(progress.service, progress.verdict);
        break;
      case 'step':
      case 'retry':
      case 'ready':
        this.#work = undefined;
        this.#verdicts.clear();
        break;
      default:
        break;
    }
  }

  /** One line, or undefined while nothing is being waited for. */
  line(now: number): string | undefined {
    const waiting = this.#work ?? this.#services();
    if (waiting === undefined) return undefined;
    const { what, why } = typeof waiting === 'string' ? { what: waiting, why: '' } : waiting;
    const verb = this.#work === undefined ? 'waiting for ' : '';
    return shown(`${this.#project}: still ${verb}${what} (${formatDuration(now - this.#since)})${why}`);
  }

  #begin(project: string, work: string | undefined, now: number): void {
    this.#project = project;
    this.#work = work;
    this.#since = now;
    this.#verdicts.clear();
  }

  /** Those that have begun, with their reasons; those that wait for them are not the ones to look at. */
  #services(): { what: string; why: string } | undefined {
    const begun = [...this.#verdicts].filter(([, verdict]) => verdict.state === 'starting');
    if (begun.length === 0) return undefined;
    const reasons = begun.map(([name, verdict]) => {
      const why = whyNot(verdict);
      return begun.length === 1 ? why : `${name}: ${why}`;
    });
    return { what: begun.map(([name]) => name).join(', '), why: `: ${reasons.join('; ')}` };
  }
}
