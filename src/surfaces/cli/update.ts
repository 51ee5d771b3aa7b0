import { type BuildPolicy, createManager, type Manager, type PullPolicy } from '../../index.js';
import { leaseJson } from '../json.js';
import { type ManagerFlags, renderedOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { type LoudnessFlags, progressRenderer } from './render-progress.js';
import { abortOnSignals } from './signals.js';

interface ChangeFlags extends ManagerFlags, LoudnessFlags {
  readonly waitTimeout?: number;
  readonly json?: boolean;
}

interface UpdateFlags extends ChangeFlags {
  readonly swap?: boolean;
  readonly build?: BuildPolicy;
  readonly pull?: PullPolicy;
}

/** What `update` and `rollback` ask the manager for, without what was not typed. */
function asked(name: string | undefined, { waitTimeout }: ChangeFlags) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(waitTimeout === undefined ? {} : { waitTimeout }),
    signal: abortOnSignals(),
  };
}

export async function update(name: string | undefined, flags: UpdateFlags): Promise<void> {
  const { swap, build, pull } = flags;
  const more = { ...(swap ? { swap } : {}), ...(build ? { build } : {}), ...(pull ? { pull } : {}) };
  await withManager(flags, async (manager) => {
    const { record, changed, removed, former } = await manager.update({ ...asked(name, flags), ...more });
    const data = { lease: leaseJson(record), changed, removed, ...(former ? { former } : {}) };
    const text = former
      ? `${record.project} has taken the place of ${former.project}${stillUsed(former.users)}\n`
      : changeText(record.project, 'updated', changed, removed);
    return { data, text };
  });
}

export async function rollback(name: string | undefined, flags: ChangeFlags): Promise<void> {
  await withManager(flags, async (manager) => {
    const { record, changed, removed } = await manager.rollback(asked(name, flags));
    const data = { lease: leaseJson(record), changed, removed };
    return { data, text: changeText(record.project, 'rolled back', changed, removed) };
  });
}

function stillUsed(users: number): string {
  return users === 0 ? '' : `, which goes with the last of its users (${users} now)`;
}

function changeText(project: string, what: string, changed: readonly string[], removed: readonly string[]): string {
  if (changed.length === 0 && removed.length === 0) return `${project}: it is what it should be already\n`;
  const parts = [
    ...(changed.length > 0 ? [`${changed.join(', ')} made anew and ready`] : []),
    ...(removed.length > 0 ? [`${removed.join(', ')} removed`] : []),
  ];
  return `${project} ${what}: ${parts.join('; ')}\n`;
}

async function withManager(
  flags: ChangeFlags,
  work: (manager: Manager) => Promise<{ data: Record<string, unknown>; text: string }>,
): Promise<void> {
  const render = progressRenderer(process.stderr, flags);
  const manager = createManager(renderedOptions(flags, render));
  try {
    const { data, text } = await work(manager);
    render.end();
    if (flags.json) printData(data);
    else printText(text);
  } finally {
    render.end();
    await manager.close();
  }
}
