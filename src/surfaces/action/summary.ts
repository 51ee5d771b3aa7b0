import { criticalPath, type EnvironmentError, formatDuration, type Lease, whyNot } from '../../index.js';
import type { Told } from './told.js';

/** GitHub takes no more than 1 MiB for all summaries of a step; evidence beyond this is in the logs. Characters. */
const LONGEST_EVIDENCE = 60_000;
/** What would be shown as 0.0 s is of no interest. Milliseconds. */
const SHORTEST = 50;

/** The page that GitHub shows of the job, as Markdown: what runs where, and where the seconds went. */
export function readySummary(lease: Lease, told: Told): string {
  const { timeline } = lease.record;
  const rows = Object.entries(lease.services).map(([name, { state, host, ports }]) => {
    const readyAt = timeline?.services[name]?.ready;
    const addresses = Object.entries(ports).map(([target, port]) => `${host}:${port} → ${target}`);
    return [name, state, readyAt === undefined ? '' : formatDuration(readyAt), addresses.join(', ')];
  });
  const { total = 0, ...steps } = lease.timings;
  const path = timeline ? criticalPath(timeline) : [];
  return page([
    `### ${plain(lease.project)} is ready after ${formatDuration(total)}`,
    table(['Service', 'State', 'Ready after', 'Address'], rows),
    `Where the time went: ${plain(stepsText(steps))}.`,
    path.length > 1 ? `Longest chain of services: ${plain(path.join(' → '))}.` : '',
    ...remarks(told),
  ]);
}

/** … and of a start that failed: which service, why, and what the services said. */
export function failedSummary(error: EnvironmentError, told: Told): string {
  const [first = '', ...evidence] = error.message.split('\n');
  const rows = [...told.verdicts].map(([service, verdict]) => {
    const why = verdict.state === 'failed' || verdict.state === 'starting' ? whyNot(verdict) : '';
    return [service, verdict.state, why];
  });
  return page([
    `### ${plain(told.project || 'The environment')} did not start: ${plain(error.code)}`,
    plain(first),
    plain(error.hint),
    rows.length > 0 ? table(['Service', 'State', 'Why'], rows) : '',
    evidence.length > 0 ? fenced(evidence.join('\n')) : '',
    ...remarks(told),
  ]);
}

function remarks(told: Told): string[] {
  const removed = told.removed.map(({ project, cause }) => `- removed ${plain(project)} first: ${plain(cause)}`);
  const notes = [...new Set(told.notes)].map((note) => `- ${plain(note)}`);
  return [[...removed, ...notes].join('\n')];
}

function stepsText(steps: Readonly<Record<string, number>>): string {
  const longest = Object.entries(steps)
    .filter(([, ms]) => ms >= SHORTEST)
    .sort(([, a], [, b]) => b - a);
  return longest.map(([step, ms]) => `${step} ${formatDuration(ms)}`).join(', ');
}

function page(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(plain)))].join('\n');
}

/** Text in which Markdown and HTML see nothing: a name or a log is never a link, an image or a tag. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, (sign) => (/[,.-]/.test(sign) ? sign : `&#${sign.charCodeAt(0)};`));
}

/** The fence is longer than any row of backticks within. */
function fenced(text: string): string {
  const shown = text.length > LONGEST_EVIDENCE ? `${text.slice(0, LONGEST_EVIDENCE)}\n…` : text;
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown.replace(/\r/g, '')}\n${fence}`;
}
