import { relative } from 'node:path';
import * as core from '@actions/core';
import type { EnvironmentError, ErrorCode, FileOptions, Manager, Place } from '../../index.js';
import type { Told } from './told.js';

/** The key of a service that an error is about. */
const KEYS: Partial<Record<ErrorCode, string>> = {
  PORT_CONFLICT: 'ports',
  ADDRESS_NOT_ON_HOST: 'ports',
  IMAGE_UNAVAILABLE: 'image',
  IMAGE_PLATFORM_MISSING: 'image',
  IMAGE_REFERENCE_INVALID: 'image',
  REGISTRY_UNREACHABLE: 'image',
  REGISTRY_RATE_LIMITED: 'image',
  CREDENTIAL_HELPER_FAILED: 'image',
  BUILD_FAILED: 'build',
  COMMAND_INVALID: 'command',
  MOUNT_INVALID: 'volumes',
  READY_TIMEOUT: 'healthcheck',
};

/** Puts the error at the lines of the compose file that it is about; without a place where none is known. */
export async function annotate(
  error: EnvironmentError,
  told: Told,
  manager: Manager,
  files: FileOptions,
): Promise<void> {
  const places = await placesOf(error, told, manager, files).catch(() => []);
  const [first = ''] = error.message.split('\n');
  const message = `${first}\n${error.hint}`;
  if (places.length === 0) core.error(message, { title: error.code });
  for (const { file, line } of places) {
    core.error(message, { title: error.code, file: relative(workspace(), file), startLine: line });
  }
}

async function placesOf(
  { code, params }: EnvironmentError,
  told: Told,
  manager: Manager,
  files: FileOptions,
): Promise<Place[]> {
  const stated = statedPlace(params);
  if (stated) return [stated];
  const named = typeof params.service === 'string' ? params.service.split(', ') : told.unready;
  const key = KEYS[code];
  const found = await Promise.all(
    named.map((service) => manager.place({ ...files, service, ...(key === undefined ? {} : { key }) })),
  );
  return found.filter((place) => place !== undefined);
}

/** "compose.yml:7" of a hazard, "line 3" in Compose's own words. */
function statedPlace({ where, file, reason }: EnvironmentError['params']): Place | undefined {
  const [, path, at] = /^(.+):(\d+)$/.exec(String(where ?? '')) ?? [];
  if (path && at) return { file: path, line: Number(at) };
  const line = /\bline (\d+)/.exec(String(reason ?? ''))?.[1];
  return file !== undefined && line !== undefined ? { file: String(file), line: Number(line) } : undefined;
}

function workspace(): string {
  return process.env.GITHUB_WORKSPACE || process.cwd();
}
