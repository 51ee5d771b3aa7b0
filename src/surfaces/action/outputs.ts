import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as core from '@actions/core';
import type { Lease } from '../../index.js';
import { dotenvLine } from '../dotenv.js';
import { leaseJson } from '../json.js';
import { type Folders, makeCommand } from './folders.js';
import type { ActionInputs } from './inputs.js';

/** What each output is, for action.yml and docs/action.md. `logs` is there from the beginning, also when the start fails. */
export const OUTPUTS = {
  project: 'Compose project name of the environment',
  lease: 'id of the lease',
  ports: 'JSON: service, then port of the compose file ("5432/tcp"), then port on the host',
  urls: 'JSON: service, then URL with user and password, for services whose image is known',
  'env-file': 'file with all variables in the format of dotenv; removed at the end of the job',
  logs: 'folder with logs and evidence, ready to be uploaded',
} as const;

type OutputName = keyof typeof OUTPUTS;

function setOutput(name: OutputName, value: string): void {
  core.setOutput(name, value);
}

export function outputFolder(folders: Folders): void {
  setOutput('logs', folders.logs);
}

/** Hands the environment to the steps that follow; `cli`: the command line's file. */
export function handOver(lease: Lease, inputs: ActionInputs, folders: Folders, cli: string): void {
  const services = Object.entries(lease.services);
  const published = services.filter(([, { ports }]) => Object.keys(ports).length > 0);
  setOutput('project', lease.project);
  setOutput('lease', lease.id);
  setOutput('ports', JSON.stringify(Object.fromEntries(published.map(([name, { ports }]) => [name, ports]))));
  setOutput(
    'urls',
    JSON.stringify(Object.fromEntries(services.flatMap(([name, { url }]) => (url ? [[name, url]] : [])))),
  );
  mkdirSync(dirname(folders.envFile), { recursive: true, mode: 0o700 });
  const lines = Object.entries(lease.env).map(([name, value]) => `${dotenvLine(name, value)}\n`);
  writeFileSync(folders.envFile, lines.join(''), { mode: 0o600 });
  setOutput('env-file', folders.envFile);
  if (inputs.export) for (const [name, value] of Object.entries(lease.env)) core.exportVariable(name, value);
  if (inputs.addPath && makeCommand(folders, cli)) {
    core.addPath(folders.bin);
    if (inputs.manager.stateDir) core.exportVariable('DOCKER_MANUAL_HOME', inputs.manager.stateDir);
  }
  const told = { lease: leaseJson(lease.record), timings: lease.timings, timeline: lease.record.timeline };
  writeFileSync(join(folders.logs, 'environment.json'), `${JSON.stringify(told, null, 2)}\n`);
}
