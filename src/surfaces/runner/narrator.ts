import type { OnProgress, Progress } from '../../index.js';
import { HEARTBEAT, Heartbeat } from '../heartbeat.js';
import { progressLine } from '../progress-line.js';

/** What goes as planned is of no interest in the output of a test run, save that it is ready. */
const UNTOLD: readonly Progress['type'][] = ['claimed', 'service', 'removed', 'step'];

/**
 * Tells in the output of a test runner what takes long or is out of the ordinary: pulls, builds, repeated attempts, lost
 * services, and every ten seconds what is being waited for.
 */
export function narrator(stream: NodeJS.WritableStream): { readonly show: OnProgress; readonly end: () => void } {
  const heartbeat = new Heartbeat();
  const say = (line: string | undefined) =>
    line && stream.write(`docker-manual: ${line.replace(/^docker-manual: /, '')}\n`);
  const timer = setInterval(() => say(heartbeat.line(Date.now())), HEARTBEAT);
  timer.unref();
  return {
    show(progress) {
      heartbeat.note(progress, Date.now());
      if (!UNTOLD.includes(progress.type)) say(progressLine(progress));
    },
    end: () => clearInterval(timer),
  };
}
