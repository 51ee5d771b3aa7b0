import { writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { EnvironmentError, type ErrorParams } from '../domain/errors.js';
import { fileError } from '../domain/file-errors.js';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { type Endpoint, endpointEnvironment } from './endpoint.js';
import type { BuildRun, ComposeRun, Ending } from './engine.js';
import { classifyComposeError, classifyComposeWarning } from './failures/classify.js';
import { failedStep } from './failures/compose-text.js';
import type { ComposeOperation } from './failures/rule.js';
import { eachLine } from './lines.js';

/** Variables that would make Compose choose other files, another project or another engine than we name. */
const STEERING = [
  'COMPOSE_FILE',
  'COMPOSE_PROJECT_NAME',
  'COMPOSE_PROFILES',
  'COMPOSE_ENV_FILES',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
];

/** Images are here before containers are made: a service with `pull_policy: always` would be pulled once for each. */
const PULLED = ['--pull', 'never'];

/** Runs `docker compose`; the only place that starts a docker process. */
export class ComposeCli {
  readonly #endpoint: Endpoint;
  readonly #env: NodeJS.ProcessEnv;

  constructor(endpoint: Endpoint, env: NodeJS.ProcessEnv) {
    this.#endpoint = endpoint;
    this.#env = { ...env, ...endpointEnvironment(endpoint) };
    for (const name of STEERING) if (!(name in endpointEnvironment(endpoint))) delete this.#env[name];
  }

  async version(signal: AbortSignal): Promise<string> {
    const said = await this.#run('compose version', ['version', '--short'], signal, {});
    return said.trim().replace(/^v/, '');
  }

  async resolve(files: Spec, project: string, signal: AbortSignal): Promise<ComposeModel> {
    const file = files.files.at(-1) ?? '';
    const args = [...fileArguments(files), '-p', project, 'config', '--format', 'json', ...chosen(files)];
    const out = await this.#run('compose config', args, signal, { file });
    // Compose writes "$" as "$$", so that its answer can be read back as a file.
    return JSON.parse(out.replaceAll('$$', '$')) as ComposeModel;
  }

  async resolveRun(run: ComposeRun, signal: AbortSignal): Promise<ComposeModel> {
    await writeOverride(run);
    return this.resolve({ ...run, files: [...run.files, run.overrideFile] }, run.project, signal);
  }

  async pull(
    spec: Spec,
    project: string,
    service: string,
    signal: AbortSignal,
    onLine?: (line: string) => void,
  ): Promise<void> {
    const args = ['--progress', 'plain', ...fileArguments(spec), '-p', project, 'pull', '--', service];
    await this.#run('compose pull', args, signal, { service, image: '' }, onLine);
  }

  async build(run: BuildRun, signal: AbortSignal): Promise<void> {
    await writeOverride(run);
    const files = fileArguments({ ...run, files: [...run.files, run.overrideFile] });
    const flags = [...(run.noCache ? ['--no-cache'] : []), ...(run.pull ? ['--pull'] : [])];
    const args = ['--progress', 'plain', ...files, '-p', run.project, 'build', ...flags, '--', ...run.services];
    await this.#run('compose build', args, signal, { service: run.services.join(', '), dockerfile: '' }, run.onLine);
  }

  async create(run: ComposeRun, signal: AbortSignal): Promise<void> {
    const command = ['create', '--no-build', ...PULLED, ...chosen(run)];
    await this.#project('compose create', run, command, signal, { project: run.project });
  }

  async up(run: ComposeRun, service: string, signal: AbortSignal): Promise<void> {
    // The override is not written anew: another service's `up` may be reading it.
    const files = fileArguments({ ...run, files: [...run.files, run.overrideFile] });
    const command = ['up', '--detach', '--no-build', ...PULLED, '--no-deps', '--no-recreate', '--', service];
    const args = ['--progress', 'plain', ...files, '-p', run.project, ...command];
    await this.#run('compose up', args, signal, { project: run.project, evidence: '' });
  }

  async recreate(
    spec: Spec,
    project: string,
    overrideFile: string,
    services: readonly string[],
    ending: Ending,
    signal: AbortSignal,
  ): Promise<void> {
    const files = fileArguments({ ...spec, files: [...spec.files, overrideFile] });
    const options = ['--no-deps', '--force-recreate', ...(ending === 'kill' ? ['--timeout', '0'] : [])];
    const command = ['up', '--detach', '--no-build', ...PULLED, ...options, '--', ...services];
    const args = ['--progress', 'plain', ...files, '-p', project, ...command];
    await this.#run('compose up', args, signal, { project, evidence: '' });
  }

  async createMissing(
    spec: Spec,
    project: string,
    overrideFile: string,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const files = fileArguments({ ...spec, files: [...spec.files, overrideFile] });
    const command = ['create', '--no-build', '--no-recreate', ...PULLED, '--', ...services];
    await this.#run('compose create', ['--progress', 'plain', ...files, '-p', project, ...command], signal, {
      project,
    });
  }

  async #project(
    operation: ComposeOperation,
    run: ComposeRun,
    command: readonly string[],
    signal: AbortSignal,
    params: ErrorParams,
  ): Promise<void> {
    await writeOverride(run);
    const files = fileArguments({ ...run, files: [...run.files, run.overrideFile] });
    await this.#run(operation, ['--progress', 'plain', ...files, '-p', run.project, ...command], signal, params);
  }

  /**
   * The process gets its own group, and an abort ends the group: `docker` alone would leave its Compose plugin running
   * in the first 100 ms (9 of 32 tries), and a terminal's Ctrl-C would reach it behind our back.
   */
  async #run(
    operation: ComposeOperation,
    args: readonly string[],
    signal: AbortSignal,
    params: ErrorParams,
    onLine?: (line: string) => void,
  ): Promise<string> {
    signal.throwIfAborted();
    const child = execa('docker', ['compose', ...args], {
      env: this.#env,
      extendEnv: false,
      stdin: 'ignore',
      detached: true,
      cleanup: true,
      reject: false,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (onLine) for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine);
    const stop = () => endGroup(child.pid);
    signal.addEventListener('abort', stop, { once: true });
    const result = await child;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (result.exitCode === 0) {
      const shared = classifyComposeWarning(operation, result.stderr);
      if (shared) throw shared;
      return result.stdout;
    }
    if (result.code === 'ENOENT') {
      throw new EnvironmentError('COMPOSE_UNAVAILABLE', { reason: 'the command "docker" is not on the PATH' });
    }
    const said = result.stderr || (result.shortMessage ?? '');
    const output = `${result.stdout}\n${result.stderr}`;
    const known = { ...params, ...failedStep(output) };
    throw classifyComposeError(operation, this.#endpoint.described, said, known);
  }
}

async function writeOverride(run: ComposeRun): Promise<void> {
  const { renderOverride } = await import('./override-file.js'); // 30 ms for the YAML library
  try {
    writeFileSync(run.overrideFile, renderOverride(run.override), { mode: 0o600 });
  } catch (error) {
    throw fileError(error, run.overrideFile);
  }
}

/** Compose adds what they depend on. */
function chosen({ only = [] }: Spec): string[] {
  return only.length > 0 ? ['--', ...only] : [];
}

function fileArguments(files: Spec): string[] {
  return [
    '--project-directory',
    files.directory,
    ...files.files.flatMap((file) => ['-f', file]),
    ...files.envFiles.flatMap((file) => ['--env-file', file]),
    ...files.profiles.flatMap((profile) => ['--profile', profile]),
  ];
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // it has ended already
  }
}
