import { type Checkup, createManager, type Finding } from '../../index.js';
import { type ManagerFlags, managerOptions, type SpecFlags, specOptions } from './acquire-options.js';
import { printData } from './output.js';
import { type Colours, coloursOf } from './terminal.js';

interface DoctorFlags extends SpecFlags, ManagerFlags {
  readonly json?: boolean;
}

/** Exit code 0 when a start can go well, else that of the first problem. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const { decisions: _, name: __, ...files } = specOptions(flags);
    const checkup = await manager.doctor(files);
    if (flags.json) printData({ findings: checkup.findings });
    else process.stdout.write(checkupText(checkup, coloursOf(process.stdout)));
    process.exitCode = checkup.exitCode;
  } finally {
    await manager.close();
  }
}

export function checkupText({ findings }: Pick<Checkup, 'findings'>, colours: Colours): string {
  const lines = findings.map((finding) => findingText(finding, colours));
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const sum =
    problems + warnings === 0 ? 'all is well' : `${plural(problems, 'problem')}, ${plural(warnings, 'warning')}`;
  return `${lines.join('')}  ${colours.bold(sum)}\n`;
}

function findingText({ level, text, fix }: Finding, colours: Colours): string {
  const mark = { ok: colours.green('✔'), warning: colours.yellow('!'), problem: colours.red('✖') }[level];
  return `  ${mark} ${text}\n${fix === undefined ? '' : `      fix: ${fix}\n`}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
