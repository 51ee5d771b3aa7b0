import { formatDuration, type OnProgress, type Progress } from '../../index.js';
import { HEARTBEAT, Heartbeat } from '../heartbeat.js';

/**
 * Tells in the output of a test runner what takes long or is out of the ordinary, and nothing else: pulls, builds,
 * repeated attempts, and every ten seconds what is being waited for.
 */
export function narrator(stream: NodeJS.WritableStream): { readonly show: OnProgress; readonly end: () => void } {
  const heartbeat = new Heartbeat();
  const say = (line: string | undefined) => line && stream.write(`docker-manual: ${line}\n`);
  const timer = setInterval(() => say(heartbeat.line(Date.now())), HEARTBEAT);
  timer.unref();
  return {
    show(progress) {
      heartbeat.note(progress, Date.now());
      say(lineFor(progress));
    },
    end: () => clearInterval(timer),
  };
}

function lineFor(progress: Progress): string | undefined {
  switch (progress.type) {
    case 'fetching':
      return `${progress.project}: pulling ${progress.images.join(', ')}`;
    case 'building':
      return `${progress.project}: building ${progress.services.join(', ')}`;
    case 'retry':
      return `${progress.project}: ${progress.reason}; attempt ${progress.attempt} of ${progress.of}`;
    case 'ready':
      return `${progress.project} is ready after ${formatDuration(progress.afterMs)}`;
    case 'left':
      return `${progress.project}: ${progress.reason}`;
    default:
      return undefined;
  }
}
