// What a project does that has just installed the package: by the API, by `require`, by the command.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { getDefaultManager } from 'docker-manual';

const require = createRequire(import.meta.url);
if (require('docker-manual').getDefaultManager() !== getDefaultManager())
  throw new Error('two managers in one process');

const manager = getDefaultManager();
const lease = await manager.acquire({ files: ['compose.yml'] });
try {
  const { host, ports } = lease.services.redis;
  const socket = connect(Number(ports['6379/tcp']), host);
  socket.write('PING\r\n');
  for await (const answer of socket) {
    console.log(String(answer).trim());
    break;
  }
} finally {
  await lease.release();
  await manager.close();
}

const command = (...args) => execFileSync('npx', ['docker-manual', ...args], { encoding: 'utf8' });
command('start', '-f', 'compose.yml', '--name', 'stranger');
console.log(command('status'));
command('stop', '--all');
