import { formatDuration, type Progress, whyNot } from '../index.js';
import { shown } from './shown.js';

export function titleOf(progress: Extract<Progress, { type: 'claimed' }>): string {
  const ports = progress.ports ? ` · ports ${progress.ports.first}-${progress.ports.last}` : '';
  const count = progress.services.length;
  if (count === 0) return `${progress.project} · no services: are all of them in profiles? --profile NAME takes one in`;
  return `${progress.project} · ${count} service${count === 1 ? '' : 's'}${ports}`;
}

/** One event as a line; undefined for what is of no interest alone. */
export function progressLine(progress: Progress): string | undefined {
  const text = textOf(progress);
  return text === undefined ? undefined : shown(text);
}

function textOf(progress: Progress): string | undefined {
  switch (progress.type) {
    case 'claimed':
      return titleOf(progress);
    case 'queued':
      return `${progress.name}: ${progress.text}`;
    case 'fetching':
      return `${progress.project}: pulling ${progress.images.join(', ')}`;
    case 'building':
      return `${progress.project}: building ${progress.services.join(', ')}`;
    case 'pull-progress':
      return `${progress.project}: ${progress.image}: ${progress.text}`;
    case 'build-step':
      return `${progress.project}: ${progress.step}`;
    case 'retry':
      return `${progress.project}: ${progress.reason}; attempt ${progress.attempt} of ${progress.of}`;
    case 'service':
      return serviceLine(progress);
    case 'hook':
      return `${progress.project}: hook ${progress.hook} ${progress.exitCode === 0 ? 'done' : 'failed'} after ${formatDuration(progress.afterMs)}`;
    case 'ready':
      return `${progress.project}: ready in ${formatDuration(progress.afterMs)}`;
    case 'unhealthy':
      return `${progress.project}: ${lostText(progress.services)}${progress.action === 'restart' ? ': bringing it back' : ''}`;
    case 'well':
      return `${progress.project}: all services are well again after ${formatDuration(progress.afterMs)}`;
    case 'degraded':
      return `${progress.project}: ${progress.services.join(', ')} not brought back any more: ${progress.reason}`;
    case 'removed':
      return `${progress.project}: removed (${progress.cause})`;
    case 'waiting':
    case 'left':
      return `${progress.project}: ${progress.reason}`;
    case 'notice':
      return `docker-manual: ${progress.text}`;
    case 'step':
      return undefined;
  }
}

function lostText(services: Readonly<Record<string, string>>): string {
  return Object.entries(services)
    .map(([name, reason]) => `${name} ${reason}`)
    .join(', ');
}

function serviceLine({
  project,
  service,
  verdict,
  afterMs,
}: Extract<Progress, { type: 'service' }>): string | undefined {
  if (verdict.state === 'created') return undefined;
  const why =
    verdict.state === 'starting' ? ` (${whyNot(verdict)})` : verdict.state === 'failed' ? `: ${verdict.reason}` : '';
  return `${project}: ${service} ${verdict.state} after ${formatDuration(afterMs)}${why}`;
}
