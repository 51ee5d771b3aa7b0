// Other versions of Node, below .cache/node-<major>: the npm registry has Node itself as a package (125 MB, 5 s).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CACHE = join(new URL('../', import.meta.url).pathname, '.cache');
export const THIS_NODE = Number(process.versions.node.split('.')[0]);

/** Where the program of a major version is, or would be. */
export function nodeBinary(node) {
  return node === THIS_NODE ? process.execPath : join(CACHE, `node-${node}/node_modules/${packageName()}/bin/node`);
}

/** @throws when it is neither here nor to be had */
export function installNode(node) {
  if (existsSync(nodeBinary(node))) return;
  npmInstall(join(CACHE, `node-${node}`), { [packageName()]: String(node) });
}

export function npmInstall(folder, dependencies, more = {}, node = process.execPath) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, ...more }));
  process.stderr.write(`installing ${Object.keys(dependencies).join(', ')} …\n`);
  const env = { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` };
  const options = { cwd: folder, env, stdio: 'inherit' };
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], options);
}

function packageName() {
  return `node-${process.platform}-${process.arch}`;
}
