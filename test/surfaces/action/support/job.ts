import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { NODE_24 } from '../../../support/node-24.js';
import type { Scope } from '../../../support/scope.js';
import { JobLog } from './job-log.js';

const ROOT = new URL('../../../../', import.meta.url).pathname;
const WORKER = new URL('worker.mjs', import.meta.url).pathname;

/** Between a cancel's SIGINT and its SIGTERM, and from that to the kill (actions/runner, ProcessInvoker.cs). Milliseconds. */
const [TO_SIGTERM, TO_KILL] = [7500, 2500];

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string; readonly post: string };
}

export const MANIFEST = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Manifest;

export interface StepResult {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * A job with one step that uses the Action, run as GitHub's runner runs it: the bundle on Node 24 below a process called
 * Runner.Worker, inputs and state as variables, real command files, workflow commands read from what is printed, secrets
 * masked before anything gets into the log.
 */
export class Job implements AsyncDisposable {
  readonly log = new JobLog();
  readonly outputs: Record<string, string> = {};
  /** Variables of later steps. */
  readonly env: Record<string, string> = {};
  readonly path: string[] = [];
  readonly state: Record<string, string> = {};
  summary = '';
  readonly workspace: string;
  readonly temp: string;
  readonly trackingId = `github_${randomUUID()}`;
  readonly #scope: Scope;
  readonly #inputs: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #worker: ChildProcess;
  #exited: (result: StepResult) => void = () => {};
  #steps = 0;
  #status = 'success';
  /** Processes that the end of the job has killed. */
  orphans: number | undefined;

  constructor(scope: Scope, compose: string, inputs: Readonly<Record<string, string>> = {}, name = 'shop') {
    this.#scope = scope;
    this.#inputs = inputs;
    this.#folder = join(scope.folder, `job-${name}`);
    this.workspace = join(this.#folder, name);
    this.temp = join(this.#folder, 'temp');
    for (const folder of [this.workspace, this.temp]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(this.workspace, 'compose.yml'), compose);
    this.#worker = spawn(process.execPath, [WORKER], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#worker.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      const { text, exit, orphans } = JSON.parse(line);
      if (text !== undefined) this.log.write(text);
      if (exit !== undefined) this.#exited(exit);
      if (orphans !== undefined) this.orphans = orphans;
    });
  }

  /** The step of the user. A later step that fails is {@link fail}. */
  async main(): Promise<StepResult> {
    const result = await this.#step(MANIFEST.runs.main, {});
    if (result.code !== 0) this.#status = 'failure';
    return result;
  }

  /** What the runner does at the end of the job; `post-if: always()`. */
  post(): Promise<StepResult> {
    const state = Object.entries(this.state).map(([name, value]) => [`STATE_${name}`, value]);
    return this.#step(MANIFEST.runs.post, Object.fromEntries(state));
  }

  /** A later step has failed. */
  fail(): void {
    this.#status = 'failure';
  }

  /** The user has cancelled the workflow while a step runs. */
  cancel(): void {
    this.#status = 'cancelled';
    this.#tell('signal', { signal: 'SIGINT' });
    const term = setTimeout(() => this.#tell('signal', { signal: 'SIGTERM' }), TO_SIGTERM);
    const kill = setTimeout(() => this.#tell('killTree'), TO_SIGTERM + TO_KILL);
    const exited = this.#exited;
    this.#exited = (result) => {
      clearTimeout(term);
      clearTimeout(kill);
      exited(result);
    };
  }

  /** The step is killed at once, as by a machine that is out of memory. */
  kill(): void {
    this.#tell('killTree');
  }

  /** The runner itself dies, or the job is over. */
  async end(how: 'over' | 'killed' = 'over'): Promise<void> {
    if (this.#worker.exitCode !== null || this.#worker.signalCode !== null) return;
    const closed = once(this.#worker, 'close');
    if (how === 'killed') this.#worker.kill('SIGKILL');
    else this.#tell('end', { trackingId: this.trackingId });
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  async #step(file: string, state: Readonly<Record<string, string>>): Promise<StepResult> {
    const files = this.#commandFiles();
    const exited = new Promise<StepResult>((resolve) => {
      this.#exited = resolve;
    });
    const { PATH, HOME, DOCKER_HOST } = process.env;
    const env = {
      PATH: [...this.path, PATH].join(':'),
      HOME,
      ...(DOCKER_HOST ? { DOCKER_HOST } : {}),
      ...this.env,
      ...this.#inputVariables(),
      ...state,
      ...Object.fromEntries(files),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_TEMP: this.temp,
      RUNNER_TRACKING_ID: this.trackingId,
      DOCKER_MANUAL_HOME: this.#scope.stateDir,
    };
    this.#tell('run', { file: NODE_24, args: [join(ROOT, file)], env, cwd: this.workspace });
    const result = await exited;
    this.log.end();
    this.#readCommandFiles(Object.fromEntries(files));
    return result;
  }

  /** Also of inputs that are not given: the runner sets them all. */
  #inputVariables(): Record<string, string> {
    const given = { ...this.#inputs };
    for (const [name, { default: usual = '' }] of Object.entries(MANIFEST.inputs)) {
      given[name] ??= usual === `\${{ job.status }}` ? this.#status : usual;
    }
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  }

  #commandFiles(): [string, string][] {
    const step = this.#steps++;
    return ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => {
      const path = join(this.#folder, `${name}-${step}`);
      writeFileSync(path, '');
      return [name, path];
    });
  }

  #readCommandFiles(files: Readonly<Record<string, string>>): void {
    const text = (name: string) => readFileSync(files[name] as string, 'utf8');
    Object.assign(this.outputs, pairsOf(text('GITHUB_OUTPUT')));
    Object.assign(this.env, pairsOf(text('GITHUB_ENV')));
    Object.assign(this.state, pairsOf(text('GITHUB_STATE')));
    this.path.unshift(...text('GITHUB_PATH').split('\n').filter(Boolean));
    this.summary += this.log.masked(text('GITHUB_STEP_SUMMARY'));
  }

  #tell(order: string, details: object = {}): void {
    this.#worker.stdin?.write(`${JSON.stringify({ order, ...details })}\n`);
  }
}

/** `name=value` or `name<<DELIMITER`, lines, the delimiter (actions/runner, FileCommandManager.cs). */
function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const [equals, heredoc] = [line.indexOf('='), line.indexOf('<<')];
    if (line === '') continue;
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      if (end < 0) throw new Error(`no end of ${line}`);
      pairs[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (equals > 0) pairs[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new Error(`the runner refuses "${line}"`);
  }
  return pairs;
}
