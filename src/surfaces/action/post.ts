import { readFileSync } from 'node:fs';
import * as core from '@actions/core';
import { createManager, EnvironmentError, type Manager } from '../../index.js';
import { progressLine } from '../progress-line.js';
import { foldersOf, removeSecrets } from './folders.js';
import { type ActionInputs, readInputs } from './inputs.js';
import { type ActionState, readState } from './state.js';
import { workflowLog } from './workflow-log.js';

/** Of each service so many lines are printed; the whole logs are in the folder. */
const PRINTED = 200;

const log = workflowLog(process.stdout);

/** The post step: gives the environment back. It only ever warns: the job's result is that of its tests. */
async function post(): Promise<void> {
  const state = readState();
  if (state.token === '') return; // main was never run
  let manager: Manager | undefined;
  try {
    const inputs = readInputs(process.env);
    const folders = foldersOf(state.token, process.env, inputs.logsFolder);
    manager = createManager({
      ...inputs.manager,
      onProgress: (progress) => {
        const line = progressLine(progress);
        if (line) log.say(line);
      },
    });
    await showLogs(manager, state, inputs, folders.logs);
    removeSecrets(folders);
    await release(manager, state);
  } catch (error) {
    warn(error);
  } finally {
    await manager?.close().catch(warn);
  }
}

/** By name what main has told of, and then whatever else a main that was killed has left. */
async function release(manager: Manager, { project, kept }: ActionState): Promise<void> {
  if (kept) {
    log.say(`${project}: left for a look, as keep-on-failure says`);
    return;
  }
  if (project !== '') await unlessGone(manager.stop({ names: [project] }));
  await manager.clean();
}

/** Logs of a job whose tests have passed are of no interest. */
async function showLogs(
  manager: Manager,
  { project }: ActionState,
  { logs, jobStatus }: ActionInputs,
  folder: string,
): Promise<void> {
  if (project === '' || logs === 'never' || (logs === 'on-failure' && jobStatus === 'success')) return;
  const saved = await unlessGone(manager.saveLogs({ name: project, folder })).catch(warn);
  for (const { service, file } of saved ?? []) {
    const lines = readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
    const cut = lines.length > PRINTED ? [`… ${lines.length - PRINTED} lines more in ${file}`] : [];
    log.group(`logs of ${service}`, [...cut, ...lines.slice(-PRINTED)]);
  }
}

/** A start that failed has removed its environment itself. */
async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EnvironmentError && error.code === 'LEASE_NOT_FOUND') return undefined;
    throw error;
  }
}

function warn(error: unknown): undefined {
  const text = error instanceof EnvironmentError ? `${error.message}\n${error.hint}` : String(error);
  core.warning(text, { title: error instanceof EnvironmentError ? error.code : 'docker-manual' });
  return undefined;
}

await post();
