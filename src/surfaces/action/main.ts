import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as core from '@actions/core';
import { createManager, EnvironmentError, type Lease, type Manager, type OnProgress } from '../../index.js';
import { HEARTBEAT, Heartbeat } from '../heartbeat.js';
import { progressLine } from '../progress-line.js';
import { annotate } from './annotate.js';
import { type Folders, foldersOf, makeFolders } from './folders.js';
import { type ActionInputs, readInputs } from './inputs.js';
import { handOver, outputFolder } from './outputs.js';
import { pullAgain } from './pull-again.js';
import { abortOnCancel } from './signals.js';
import { saveState } from './state.js';
import { failedSummary, readySummary } from './summary.js';
import { Told } from './told.js';
import { workflowLog } from './workflow-log.js';

const log = workflowLog(process.stdout);
/** Seen from here, because a bundle leaves this file where it is, and puts others elsewhere. */
const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));

/** The main step: an environment for this job, or the step fails and says why. */
async function main(): Promise<void> {
  const signal = abortOnCancel();
  const token = randomBytes(4).toString('hex');
  saveState({ token }); // before anything is made, so that post knows that there may be something
  const told = new Told();
  let manager: Manager | undefined;
  let folders: Folders | undefined;
  let inputs: ActionInputs | undefined;
  try {
    inputs = readInputs(process.env);
    folders = foldersOf(token, process.env, inputs.logsFolder);
    makeFolders(folders);
    outputFolder(folders);
    manager = createManager({ ...inputs.manager, onProgress: narrate(told) });
    const lease = await start(manager, inputs, signal, told);
    handOver(lease, inputs, folders, CLI);
    log.group(`${lease.project}: addresses`, addressLines(lease));
    await core.summary.addRaw(readySummary(lease, told)).write();
  } catch (error) {
    await fail(error, { told, manager, folders, inputs });
  } finally {
    await manager?.close();
  }
}

async function start(manager: Manager, inputs: ActionInputs, signal: AbortSignal, told: Told): Promise<Lease> {
  const { cwd, files, profiles, envFiles, only, ...rest } = inputs.acquire;
  const spec = defined({ cwd, files, profiles, envFiles, only });
  // Before anything is printed that could show them.
  for (const value of await manager.hiddenValues({ ...spec, signal })) core.setSecret(value);
  const warn = (text: string) => {
    told.notes.push(text);
    core.warning(text, { title: 'docker-manual pulls again' });
  };
  return pullAgain(inputs.pullAttempts, signal, warn, () => manager.acquire({ ...spec, ...rest, signal }));
}

/** Says what happens, and writes down what post needs as soon as it is known. */
function narrate(told: Told): OnProgress {
  const heartbeat = new Heartbeat();
  const timer = setInterval(() => {
    const line = heartbeat.line(Date.now());
    if (line) log.say(line);
  }, HEARTBEAT);
  timer.unref();
  return (progress) => {
    heartbeat.note(progress, Date.now());
    told.note(progress);
    // The lease stands in the store by now, and nothing of it on the engine yet.
    if (progress.type === 'claimed') saveState({ project: progress.project });
    const line = progressLine(progress);
    if (line) log.say(line);
  };
}

function addressLines({ services }: Lease): string[] {
  return Object.entries(services).map(([name, { state, host, ports }]) => {
    const addresses = Object.entries(ports).map(([target, port]) => `${host}:${port} → ${target}`);
    return [name, state, ...addresses].join('  ');
  });
}

interface Failed {
  readonly told: Told;
  readonly manager: Manager | undefined;
  readonly folders: Folders | undefined;
  readonly inputs: ActionInputs | undefined;
}

async function fail(error: unknown, { told, manager, folders, inputs }: Failed): Promise<void> {
  process.exitCode = core.ExitCode.Failure;
  if (!(error instanceof EnvironmentError)) {
    core.error(error instanceof Error ? (error.stack ?? error.message) : String(error), {
      title: 'a bug of docker-manual',
    });
    return;
  }
  if (error.code === 'ABORTED') {
    log.say(`cancelled: ${error.message}`);
    return;
  }
  saveState({ kept: told.kept });
  const [, ...evidence] = error.message.split('\n');
  if (evidence.length > 0) log.group(`${error.code}: what the services said`, evidence);
  if (error.dossier && folders) cpSync(error.dossier, folders.logs, { recursive: true });
  const { cwd, files, profiles, envFiles } = inputs?.acquire ?? {};
  if (manager) await annotate(error, told, manager, defined({ cwd, files, profiles, envFiles }));
  else core.error(`${error.message}\n${error.hint}`, { title: error.code });
  await core.summary.addRaw(failedSummary(error, told)).write();
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

await main();
