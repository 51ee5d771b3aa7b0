import { join } from 'node:path';
import type { MachineFacts } from './machine-facts.js';

/**
 * Where engines are that have no context and no DOCKER_HOST pointing at them, most likely first. Looked at only where
 * the platform's own socket is not there.
 */
export function otherSockets(env: NodeJS.ProcessEnv, { platform, home }: MachineFacts): readonly string[] {
  if (platform === 'win32') return ['//./pipe/dockerDesktopLinuxEngine', '//./pipe/podman-machine-default'];
  const runtime = env.XDG_RUNTIME_DIR;
  const ofRuntime = (name: string) => (runtime ? [join(runtime, name)] : []);
  return [
    ...ofRuntime('docker.sock'), // rootless Docker
    join(home, '.docker/run/docker.sock'), // Docker Desktop on macOS
    join(home, '.docker/desktop/docker.sock'), // Docker Desktop on Linux
    join(home, '.orbstack/run/docker.sock'),
    join(env.COLIMA_HOME || join(home, '.colima'), 'default/docker.sock'),
    join(home, '.rd/docker.sock'), // Rancher Desktop
    ...ofRuntime('podman/podman.sock'),
    '/run/podman/podman.sock',
  ];
}
