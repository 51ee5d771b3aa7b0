import { relative } from 'node:path';
import { createManager, type LocatedHazard, type PlanReport } from '../../index.js';
import { type ManagerFlags, managerOptions, type SpecFlags, specOptions } from './acquire-options.js';
import { printData, printText } from './output.js';

interface PlanFlags extends SpecFlags, ManagerFlags {
  readonly twice?: boolean;
  readonly json?: boolean;
}

/** Says what a start would change, and why. Exit code 2 while a decision is missing or two copies would collide. */
export async function plan(flags: PlanFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const report = await manager.plan({ ...specOptions(flags), twice: flags.twice === true });
    if (flags.json) printData(planJson(report));
    else printText(planText(report));
    if (report.open.length > 0 || report.disjoint === false) process.exitCode = 2;
  } finally {
    await manager.close();
  }
}

function planJson({ services, hazards, builds, disjoint, common }: PlanReport): Record<string, unknown> {
  return {
    services,
    hazards: hazards.map(({ path: _, ...hazard }) => ({ service: null, line: null, ...hazard })),
    builds,
    ...(disjoint === undefined ? {} : { disjoint, common }),
  };
}

function planText(report: PlanReport): string {
  const parts = [...groupByService(report.hazards)].map(
    ([title, hazards]) => `${title}\n${hazards.map(hazardLine).join('')}`,
  );
  const open = report.open.map(
    (h) =>
      `\n${h.service ?? h.path[1]} needs a decision: ${(h.choices ?? []).map((c) => `--${c.replace('=', ' ')}`).join(', ')}`,
  );
  return `${parts.join('\n') || 'Nothing has to be changed.\n'}${open.join('')}${open.length > 0 ? '\n' : ''}${report.builds.map(buildLine).join('')}${twiceText(report)}`;
}

function groupByService(hazards: readonly LocatedHazard[]): Map<string, LocatedHazard[]> {
  const groups = new Map<string, LocatedHazard[]>();
  for (const hazard of hazards) {
    const title = hazard.service ?? `${hazard.path[0]} ${hazard.path[1]}`;
    groups.set(title, [...(groups.get(title) ?? []), hazard]);
  }
  return groups;
}

function buildLine({ service, state, why, files }: PlanReport['builds'][number]): string {
  if (state === 'always') return `\n${service} is built at each start: ${why}\n`;
  const here = state === 'here' ? 'and is here' : 'and is not here yet';
  return `\n${service} is built when its content changes (${files} files), ${here}\n`;
}

const MARKS = { silent: ' ', notice: '!', decision: '?' } as const;

function hazardLine({ class: kindOf, kind, was, becomes, file, line }: LocatedHazard): string {
  const where = `${relative(process.cwd(), file) || file}${line === undefined ? '' : `:${line}`}`;
  return `  ${MARKS[kindOf]} ${kind.padEnd(16)} ${was}\n      -> ${becomes}   (${where})\n`;
}

function twiceText({ disjoint, common }: PlanReport): string {
  if (disjoint === undefined) return '';
  return disjoint ? '\nTwo copies have nothing in common.\n' : `\nTwo copies would share: ${common?.join(', ')}\n`;
}
