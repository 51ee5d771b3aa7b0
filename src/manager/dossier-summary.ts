import { formatDuration } from '../domain/duration.js';
import type { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ContainerDetail } from '../engine/engine.js';
import type { Evidence } from './dossier-evidence.js';
import type { HostState } from './dossier-host.js';

/** An error message is read in a terminal: longer lines and more services are in the folder. */
const LONGEST_LINE = 300;
const MOST_SERVICES = 4;
const PROBE_LINES = 3;

/** The part of an error's message that shows what the named services last said. Every line begins with a newline. */
export function evidenceText(evidence: readonly Evidence[], error: EnvironmentError): string {
  const named = namedServices(error);
  const concerned = evidence.filter((e) => named.includes(e.service) && hasStarted(e));
  const shown = concerned.slice(0, MOST_SERVICES);
  const more = concerned.length - shown.length;
  return [
    ...shown.map((e) => serviceText(e, error.message)),
    more > 0 ? `\n  and ${more} more, in the folder below` : '',
  ].join('');
}

function namedServices({ params }: EnvironmentError): string[] {
  return String(params.service ?? params.names ?? '').split(', ');
}

/** A container that waits for others has nothing to say. */
function hasStarted({ detail }: Evidence): boolean {
  return detail?.status !== 'created' || detail.error !== '';
}

/** Without what `said` says already. */
function serviceText(evidence: Evidence, said = ''): string {
  const { service, detail, lastLines, firstError, hint, missing } = evidence;
  const probe = detail?.healthLog.at(-1);
  const state = detail && stateText(detail);
  const lines = [
    ...(state && !said.includes(state) ? [`${service} ${state}`] : []),
    ...(probe ? [`last health probe of ${service} (exit code ${probe.exitCode}): ${outputText(probe.output)}`] : []),
    ...(firstError === undefined ? [] : [`first error of ${service}: ${clip(firstError)}`]),
    ...(lastLines.length > 0
      ? [`last log lines of ${service}:`, ...lastLines.map((line) => `  | ${clip(line)}`)]
      : missing.some((what) => what.startsWith('log'))
        ? [`the log of ${service} could not be read`]
        : [`${service} wrote no log`]),
    ...(hint === undefined ? [] : [`likely cause: ${hint}`]),
  ];
  return lines.map((line) => `\n  ${line}`).join('');
}

/** Undefined for what goes without saying: a container that runs, for the first time. */
function stateText({ status, exitCode, oomKilled, restartCount, error }: ContainerDetail): string | undefined {
  const parts = [
    ...(status === 'running' ? [] : [status === 'exited' ? `exited with code ${exitCode}` : `is ${status}`]),
    ...(oomKilled ? ['killed for using too much memory (OOM)'] : []),
    ...(restartCount > 0 ? [`restarted ${restartCount} times`] : []),
    ...(error ? [`engine: ${clip(error)}`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function outputText(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return '(no output)';
  return lines.slice(-PROBE_LINES).map(clip).join('\n    ');
}

function clip(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}

interface SummaryRequest {
  readonly lease: LeaseRecord;
  readonly error: EnvironmentError;
  readonly at: Date;
  readonly evidence: readonly Evidence[];
  readonly host: HostState | undefined;
  /** What could not be had, beside what the evidence itself says. */
  readonly missing: readonly string[];
}

/** `summary.md`: the failure on one page, with the way into the other files. */
export function summaryPage({ lease, error, at, evidence, host, missing }: SummaryRequest): string {
  const failed = [...missing, ...evidence.flatMap((e) => e.missing.map((what) => `${e.service}: ${what}`))];
  const sections = [
    `# ${lease.project}: ${error.code}`,
    error.message,
    `Hint: ${error.hint}`,
    [
      `- failed at: ${at.toISOString()}${error.step ? `, step "${error.step}"` : ''}`,
      `- environment: ${formatDuration(at.getTime() - lease.createdAt)} old, lease ${lease.id}`,
      `- files: ${lease.spec.files.join(', ')}`,
      ...(host ? [`- machine: ${hostText(host)}`] : []),
    ].join('\n'),
    serviceTable(evidence),
    ...evidence.filter(hasStarted).map((e) => `## ${e.service} (${e.file}.log)\n\n\`\`\`text${serviceText(e)}\n\`\`\``),
    ...(failed.length > 0 ? [`## Not to be had\n\n${failed.map((what) => `- ${what}`).join('\n')}`] : []),
    'Files: `events.ndjson` what happened when; `model.json` the resolved compose file; `host.json` the machine; `<service>-<n>.log` and `.json` the containers. Secrets of the compose file are replaced by `***`.',
  ];
  return `${sections.join('\n\n')}\n`;
}

function serviceTable(evidence: readonly Evidence[]): string {
  const rows = evidence.map(({ service, detail }) =>
    detail
      ? [service, detail.status, detail.health, detail.exitCode, detail.restartCount, detail.oomKilled ? 'yes' : 'no']
      : [service, 'unknown', '', '', '', ''],
  );
  const head = ['service', 'state', 'health', 'exit code', 'restarts', 'OOM'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function hostText({ cpus, load, memory, stateFolder, containers }: HostState): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return [
    `${cpus} processors, load ${load.map((l) => l.toFixed(1)).join(' ')}`,
    `${megabytes(memory.freeBytes)} of ${megabytes(memory.totalBytes)} memory free`,
    ...(stateFolder ? [`${megabytes(stateFolder.freeBytes)} disk free`] : []),
    ...(containers ? [`${containers.running} of ${containers.all} containers run`] : []),
  ].join(', ');
}
