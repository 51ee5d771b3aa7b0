import { createManager } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { endOnSignals } from './signals.js';

interface EventsFlags {
  readonly follow?: boolean;
  readonly limit: number;
  readonly stateDir?: string;
}

export async function events({ follow = false, limit, ...flags }: EventsFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  const signal = endOnSignals();
  try {
    for await (const { timestamp, ...event } of manager.events({ follow, limit, signal })) {
      process.stdout.write(`${JSON.stringify({ ...event, timestamp: new Date(timestamp).toISOString() })}\n`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await manager.close();
  }
}
