import { randomBytes } from 'node:crypto';
import { Census } from './census.mjs';
import { Decoys } from './decoys.mjs';
import { Lane } from './lanes.mjs';
import { PrivateEngine } from './private-engine.mjs';
import { marked, signal } from './processes.mjs';
import { BASE, IMAGE } from './stack.mjs';

/** An engine of our own with decoys on it, of which everything else is known; what a part of the harness works in. */
export class Arena {
  engine;
  decoys;
  census;
  lanes = [];
  /** What the engine has, beside decoys, when nothing is left behind. */
  baseline = [];
  /** What the marks of all processes in here begin with. */
  mark = `chaos-${randomBytes(4).toString('hex')}`;

  /** `decoys`: "running", "still" (for an engine that is going to be restarted, which ends foreign ones too) or "none". */
  static async open({ decoys = 'running' } = {}) {
    const arena = new Arena();
    arena.engine = await PrivateEngine.start();
    try {
      await arena.engine.load(IMAGE);
      arena.census = new Census(arena.engine.api);
      arena.decoys = new Decoys(arena.engine.api, IMAGE);
      if (decoys !== 'none') await arena.decoys.plant(BASE, { running: decoys === 'running' });
      return arena;
    } catch (error) {
      await arena.engine.dispose();
      throw error;
    }
  }

  lane(name, { stack, watchdog } = {}) {
    const first = 30000 + 1000 * (this.lanes.length % 10);
    const ports = `${first}-${first + 999}`;
    const lane = new Lane({ name, engine: this.engine, mark: this.mark, ports, watchdog, stack });
    this.lanes.push(lane);
    return lane;
  }

  /** What the engine has now is what it may have from now on. */
  async settle() {
    this.baseline = await this.census.look();
  }

  async close(lane) {
    this.lanes = this.lanes.filter((each) => each !== lane);
    await lane.close();
  }

  async dispose() {
    await Promise.allSettled(this.lanes.map((lane) => lane.close()));
    for (const { pid } of marked(this.mark)) signal(pid, 'SIGKILL');
    await this.engine.dispose();
  }
}

/** Opens an arena, works in it, and takes it away whatever happened; also when somebody ends this process. */
export async function inArena(options, work) {
  const arena = await Arena.open(options);
  const leave = () => arena.dispose().finally(() => process.exit(130));
  for (const name of SIGNALS) process.once(name, leave);
  try {
    return await work(arena);
  } finally {
    for (const name of SIGNALS) process.off(name, leave);
    await arena.dispose();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
