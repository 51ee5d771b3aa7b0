import type { Progress, Verdict } from '../../index.js';

/** What was told while an environment was started, as far as the summary and the annotations need it. */
export class Told {
  project = '';
  kept = false;
  readonly verdicts = new Map<string, Verdict>();
  readonly removed: { readonly project: string; readonly cause: string }[] = [];
  readonly notes: string[] = [];

  note(progress: Progress): void {
    switch (progress.type) {
      case 'claimed':
        this.project = progress.project;
        this.verdicts.clear();
        for (const service of progress.services) this.verdicts.set(service, { state: 'created' });
        break;
      case 'service':
        this.verdicts.set(progress.service, progress.verdict);
        break;
      case 'removed':
        if (progress.project !== this.project) this.removed.push(progress);
        break;
      case 'left':
        this.kept ||= progress.reason.startsWith('kept running');
        this.notes.push(`${progress.project}: ${progress.reason}`);
        break;
      case 'retry':
        this.notes.push(progress.reason);
        break;
      case 'notice':
        this.notes.push(progress.text);
        break;
      default:
        break;
    }
  }

  /** Services that are not ready; of those that failed only these. */
  get unready(): string[] {
    const of = (...states: Verdict['state'][]) =>
      [...this.verdicts].flatMap(([service, { state }]) => (states.includes(state) ? [service] : []));
    const failed = of('failed');
    return failed.length > 0 ? failed : of('starting', 'created');
  }
}
