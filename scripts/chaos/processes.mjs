import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this machine, by /proc. Marked ones carry DM_CHAOS=<mark> in their environment, and so do their children. */

export const MARK = 'DM_CHAOS';

/** Every process that lives: { pid, parent, group, state, command }. */
export function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const found = stat(Number(name));
      return found && !'ZX'.includes(found.state) ? [found] : [];
    });
}

/** Those whose mark begins with `mark`, or whose command line names `folder`. */
export function marked(mark, folder) {
  return processes().filter(({ pid, command }) => {
    return environment(pid).some((each) => each.startsWith(`${MARK}=${mark}`)) || (folder && command.includes(folder));
  });
}

/** Children, their children and so on; a child whose parent has died is found no more. */
export function descendants(pid) {
  const all = processes();
  const found = [];
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent)).map((each) => each.pid);
    found.push(...children);
    parents = children;
  }
  return found;
}

/** @returns whether there was such a process */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

function stat(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  const [state, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  return { pid, parent: Number(parent), group: Number(group), state, command };
}

function environment(pid) {
  return read(`/proc/${pid}/environ`).split('\0');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended meanwhile, or is somebody else's
  }
}
