import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManager } from '../../src/index.js';
import { loadConfigFile } from '../../src/manager/config-file.js';
import { runCli } from '../support/run-cli.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dm-test-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

describe('which file is taken', () => {
  it('none where there is none', async () => {
    expect(await loadConfigFile(folder)).toBeUndefined();
  });

  it('the nearest up to the root of the repository', async () => {
    mkdirSync(join(folder, 'repository/.git'), { recursive: true });
    mkdirSync(join(folder, 'repository/packages/shop/src'), { recursive: true });
    file('docker-manual.config.yaml', 'name: above');
    const from = join(folder, 'repository/packages/shop/src');
    expect(await loadConfigFile(from)).toBeUndefined();
    const root = file('repository/docker-manual.config.yaml', 'name: root');
    expect((await loadConfigFile(from))?.file).toBe(root);
    const near = file('repository/packages/shop/docker-manual.config.json', '{ "name": "near" }');
    expect((await loadConfigFile(from))?.file).toBe(near);
    expect((await loadConfigFile(join(folder, 'repository/packages')))?.file).toBe(root);
  });

  it("outside of a repository only the folder's own", async () => {
    file('docker-manual.config.yaml', 'name: above');
    mkdirSync(join(folder, 'below'));
    expect(await loadConfigFile(join(folder, 'below'))).toBeUndefined();
    expect((await loadConfigFile(folder))?.content).toEqual({ name: 'above' });
  });

  it('refuses two in one folder', async () => {
    file('docker-manual.config.yaml', '');
    file('docker-manual.config.js', '');
    await expect(loadConfigFile(folder)).rejects.toThrow(
      /config\.js is not right: there is .*config\.yaml as well, and only one can count/,
    );
  });
});

describe('what is in it', () => {
  it.each([
    ['yaml', 'files: [compose.yml, ../other.yml]\nttl: 30m\n'],
    ['yml', 'files:\n  - compose.yml\n  - ../other.yml\nttl: 30m\n'],
    ['json', '{ "files": ["compose.yml", "../other.yml"], "ttl": "30m" }'],
    ['mjs', "export default { files: ['compose.yml', '../other.yml'], ttl: '30m' };"],
    ['js', "module.exports = { files: ['compose.yml', '../other.yml'], ttl: '30m' };"],
  ])('%s, with paths that count from its folder', async (ending, content) => {
    file(`docker-manual.config.${ending}`, content);
    const files = [join(folder, 'compose.yml'), join(dirname(folder), 'other.yml')];
    expect((await loadConfigFile(folder))?.content).toEqual({ files, ttl: '30m' });
  });

  it('ts where this Node reads it, else a word on why not', async () => {
    file('docker-manual.config.ts', "const name: string = 'typed';\nexport default { name };");
    const { stdout, stderr } = await runCli(['config', '--json'], { cwd: folder, env: { DOCKER_MANUAL_HOME: folder } });
    if ((process.features as { typescript?: unknown }).typescript) expect(stdout).toContain('"typed"');
    else expect(stdout + stderr).toMatch(/Node 2\d\.\S+ cannot read TypeScript; that takes Node 22\.18 or 24/);
  });

  it('an empty file says nothing', async () => {
    file('docker-manual.config.yaml', '# nothing yet\n');
    expect((await loadConfigFile(folder))?.content).toEqual({});
  });

  it.each([
    ['yaml', 'name: shop\nprofils: [a]\n', /: line 2, column 1: profils: is no known key; did you mean "profiles"\?$/],
    ['yaml', 'name: shop\ndecisions:\n  binds: shar\n', /line 3, column 10: decisions.binds: "shar" is none of/],
    ['yaml', 'files:\n  - a.yml\n  - 7\n', /line 3, column 5: files.1: 7 is no text$/],
    ['yaml', 'name: [shop\nttl: 1h\n', /line \d, column \d+: /],
    ['yaml', 'name: a\nname: b\n', /line 2, column 1: Map keys must be unique/],
    ['yaml', '- a\n', /line 1, column 1: a list is no map of keys to values$/],
    ['json', '{\n  "name": "shop",\n  "ttl": "soon"\n}', /line 3, column 10: ttl: "soon" is no duration/],
    ['json', '{\n  "name": "shop"\n  "ttl": "1h"\n}', /line 3, column /],
    ['mjs', "export default { nmae: 'shop' };", /: nmae: is no known key; did you mean "name"\?$/],
    ['mjs', 'export const name = 1;', /it has no default export$/],
    ['mjs', "throw new Error('no database of names');", /no database of names$/],
    ['mjs', 'export default {', /Unexpected|Invalid|Expected|error/i],
  ])('%s that is wrong: %j', async (ending, content, message) => {
    file(`docker-manual.config.${ending}`, content);
    const loading = loadConfigFile(folder);
    await expect(loading).rejects.toMatchObject({ code: 'CONFIG_FILE_INVALID', exitCode: 2 });
    await expect(loading).rejects.toThrow(message);
  });

  it('tells every mistake, a line each', async () => {
    file('docker-manual.config.yaml', 'nmae: shop\nttl: soon\n');
    await expect(loadConfigFile(folder)).rejects.toThrow(
      /not right:\n {2}line 1, column 1: nmae: .*\n {2}line 2, column 6: ttl: /,
    );
  });
});

describe('createManager and explain', () => {
  const explained = async (options = {}) => {
    const manager = createManager({ cwd: folder, env: { HOME: folder, DOCKER_MANUAL_EXCLUDE_PORTS: '31007' } });
    const { configFile, settings } = await manager.explain({ cwd: folder, ...options });
    return { configFile, of: (key: string) => settings.find((each) => each.key === key) };
  };

  it('take the file, and say where each value comes from', async () => {
    const path = file('docker-manual.config.yaml', 'ports: 31000-31100\nexcludePorts: "31001"\nname: shop\n');
    const { configFile, of } = await explained({ name: 'given' });
    expect(configFile).toBe(path);
    expect(of('ports')).toEqual({ key: 'ports', value: '31000-31100', from: `ports in ${path}` });
    expect(of('excludePorts')).toMatchObject({ value: '31007', from: 'DOCKER_MANUAL_EXCLUDE_PORTS' });
    expect(of('name')).toMatchObject({ value: 'given', from: 'given' });
    expect(of('waitTimeout')).toMatchObject({ value: 60_000, from: 'default' });
  });

  it('hide secrets', async () => {
    file('docker-manual.config.yaml', 'name: "postgresql://me:hunter2hunter2@db/shop"\n');
    expect(JSON.stringify((await explained()).of('name'))).not.toContain('hunter2');
  });

  it('a manager sees the state folder of the file, and what is wrong is told by its first call', async () => {
    file('docker-manual.config.yaml', 'stateDir: here\nwatchdog: false\n');
    const manager = createManager({ cwd: folder, env: { HOME: folder } });
    expect(await manager.history()).toEqual([]);
    await manager.close();
    expect(await loadConfigFile(join(folder, 'here'))).toBeUndefined();
    file('docker-manual.config.yaml', 'stateDir: 3\n');
    const wrong = createManager({ cwd: folder });
    await expect(wrong.history()).rejects.toMatchObject({ code: 'CONFIG_FILE_INVALID' });
    await wrong.close();
  });
});
