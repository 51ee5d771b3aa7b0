import type { Readable } from 'node:stream';
import { LABEL } from '../domain/labels.js';
import { SERVICE_LABEL } from './container-detail.js';
import type { ContainerEvent } from './engine.js';

/** The engine's event stream, one JSON document a line, until the signal aborts or the engine ends it. */
export async function* readEvents(stream: Readable, signal: AbortSignal): AsyncIterable<ContainerEvent> {
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) yield parseEvent(line);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stream.destroy();
  }
}

function parseEvent(line: string): ContainerEvent {
  const event = JSON.parse(line) as {
    Action: string;
    Actor: { ID: string; Attributes: Record<string, string> };
    timeNano: number;
  };
  const exitCode = event.Actor.Attributes.exitCode;
  return {
    id: event.Actor.ID,
    lease: event.Actor.Attributes[LABEL.lease] ?? '',
    service: event.Actor.Attributes[SERVICE_LABEL] ?? '',
    action: event.Action,
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
    time: Math.round(event.timeNano / 1e6),
  };
}
