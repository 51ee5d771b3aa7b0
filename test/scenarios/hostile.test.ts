import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { parseEnv, stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { environmentVariables, variableName } from '../../src/domain/addresses.js';
import { CATALOGUE, EnvironmentError, type ErrorCode } from '../../src/domain/errors.js';
import { LABEL } from '../../src/domain/labels.js';
import { type Override, Replace } from '../../src/domain/override.js';
import { PROJECT_NAME, projectBase, projectName } from '../../src/domain/project-name.js';
import { lostLeases } from '../../src/domain/reconcile.js';
import { maskerFor } from '../../src/domain/secrets.js';
import type { ContainerSummary, Engine } from '../../src/engine/engine.js';
import { renderOverride } from '../../src/engine/override-file.js';
import type { EnvironmentStatus, HistoryEvent, Progress } from '../../src/index.js';
import { readConfig } from '../../src/manager/config.js';
import { collectEvidence } from '../../src/manager/dossier-evidence.js';
import { leaseFolder } from '../../src/manager/lease-folder.js';
import { renderVariables } from '../../src/surfaces/cli/env.js';
import { printData, printError, printText } from '../../src/surfaces/cli/output.js';
import { historyTable } from '../../src/surfaces/cli/render-history.js';
import { progressRenderer } from '../../src/surfaces/cli/render-progress.js';
import { statusTable } from '../../src/surfaces/cli/render-status.js';
import { Heartbeat } from '../../src/surfaces/heartbeat.js';
import { progressLine } from '../../src/surfaces/progress-line.js';
import { readable } from '../../src/surfaces/runner/failure.js';
import { NEVER } from '../support/scope.js';

const RUNS = { numRuns: 1000 };

const NASTY = [
  ...[
    '../../etc/passwd',
    '..',
    '/',
    '\\',
    '~',
    'C:\\x',
    '%2e%2e%2f',
    'con',
    '-rf',
    '--help',
    '__proto__',
    'constructor',
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: of a shell
  ...["'; touch /tmp/hit; '", '$(touch /tmp/hit)', '`touch /tmp/hit`', '${IFS}', '$$', '|', '&&', '\n', '\r', '\r\n'],
  ...[
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u009b31m',
    '\u001b\u001b[2J[2J',
    '\u0000',
    '\u0085',
    '\u2028',
    '\u007f',
    '\u001bP',
  ],
  ...[
    '::set-output name=a::b',
    '\n::error::x',
    '\r  ::stop-commands::x',
    ':\u0000:add-mask::x',
    '##[set-env name=a]b',
    '\t::x::',
  ],
  ...['!override', '&a', '*a', ': ', '- ', '#', '{', '"', '<<', '\ufeff', '1_000', '2024-01-01', 'yes', 'null', '***'],
];
/** Names, log lines and error texts as nobody would write them who means well. */
const hostile = fc
  .array(
    fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ maxLength: 8 })),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''));

/** What of a written text a terminal or a GitHub runner would obey. */
function obeyed(text: string): string[] {
  const commands = text.split(/\r\n|\r|\n/).filter((line) => line.trimStart().startsWith('::') || line.includes('##['));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  return [...commands, ...(text.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g) ?? [])];
}

describe('a hostile name', () => {
  it('becomes a project name or an error', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          expect(projectName(projectBase(text), '0123456789abcdef')).toMatch(PROJECT_NAME);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PROJECT_NAME_INVALID' });
        }
      }),
      RUNS,
    );
  });

  it('of a service or number is one file of the dossier, and never that of another', async () => {
    const container = fc.record({ service: hostile, number: fc.oneof(hostile, fc.constantFrom('1', 'x', 'Infinity')) });
    const engine = { inspect: async () => undefined, logs: async () => 'a line' } as unknown as Engine;
    const masker = maskerFor({ name: 'x', services: {} });
    await fc.assert(
      fc.asyncProperty(fc.array(container, { maxLength: 4 }), async (found) => {
        const containers = found.map(({ service, number }, i) => {
          return { id: String(i), name: `c${i}`, service, labels: { 'com.docker.compose.container-number': number } };
        }) as unknown as ContainerSummary[];
        const files: string[] = [];
        const writeLog = async (file: string) => void files.push(file);
        const model = { name: 'x', services: {} };
        await collectEvidence({ engine, containers, model, masker, signal: NEVER, writeLog });
        expect(new Set(files).size).toBe(found.length);
        for (const file of files) expect(dirname(join('/dossier', `${file}.log`))).toBe('/dossier');
        expect(files.filter((file) => !/^[\w.-]{1,100}$/.test(file))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('in the labels of an object is no folder of a lease, and no beginning of somebody’s volume', () => {
    const config = readConfig({ stateDir: '/state', env: {} });
    const id = fc.oneof(hostile, fc.constantFrom('0123456789abcdef'.repeat(2), '01234567/../../../etc'));
    const project = fc.oneof(hostile, fc.constantFrom('shop-01234567', 'shop', '', '-01234567', 'a/../b-01234567'));
    let taken = 0;
    fc.assert(
      fc.property(id, project, hostile, (leaseId, name, generation) => {
        const claim = JSON.stringify({ project: name, owner: {}, spec: {}, createdAt: 1 });
        const labels = { [LABEL.lease]: leaseId, [LABEL.claim]: claim, [LABEL.generation]: generation };
        const { leases } = lostLeases([labels], new Set(), { endpoint: 'x', environment: {} });
        for (const lease of leases) {
          taken += 1;
          expect(dirname(leaseFolder(config, lease))).toBe('/state/leases');
          expect(lease.project).toMatch(/^[a-z0-9][a-z0-9_-]*-01234567$/);
        }
      }),
      RUNS,
    );
    expect(taken).toBeGreaterThan(10);
  });

  it('of a service is part of a variable’s name, and nothing else of the shell’s', () => {
    fc.assert(
      fc.property(hostile, hostile, (service, value) => {
        expect(variableName(service)).toMatch(/^[A-Z0-9_]*$/);
        const model = { name: 'x', services: { [service]: { image: value } } };
        const address = { host: '127.0.0.1', ports: { '80/tcp': 30000 } };
        const names = Object.keys(environmentVariables(model, { [service]: address }, 'x-1'));
        expect(names.filter((name) => !/^[A-Z_][A-Z0-9_]*$/.test(name))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('as a key or value of the override stays that key and that value', () => {
    // Read as YAML 1.1, in which dates and 1_000 are no text. As keys Compose's reader takes these for text.
    const text = hostile.filter((value) => !value.includes('\ufeff') && !/^(y|n|yes|no|on|off|e[\d_]+)$/i.test(value));
    const values = fc.dictionary(text, fc.oneof(text, fc.array(text), fc.integer(), fc.boolean(), fc.constant(null)));
    const doubled = (_: string, value: unknown) => (typeof value === 'string' ? value.replaceAll('$', '$$$$') : value);
    fc.assert(
      fc.property(fc.dictionary(text, values), values, (services, networks) => {
        const override: Override = {
          services,
          networks: Object.fromEntries(Object.entries(networks).map(([key, value]) => [key, new Replace(value)])),
          volumes: {},
        };
        const customTags = ['!override', '!reset'].flatMap((tag) => [
          { tag, collection: 'map' as const },
          { tag, collection: 'seq' as const },
          { tag, resolve: (value: string) => value },
        ]);
        const read = parse(renderOverride(override), {
          customTags,
          uniqueKeys: true,
          logLevel: 'silent',
          version: '1.1',
        });
        const expected = JSON.parse(JSON.stringify({ services, networks, volumes: {} }), doubled);
        const plain = (data: unknown) =>
          JSON.parse(JSON.stringify(data), (_, value) =>
            value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : value,
          );
        expect(plain(read.services)).toEqual(plain(expected.services));
        expect(Object.keys(read)).toEqual(['services', 'networks', 'volumes']);
        expect(Object.keys(read.networks).sort()).toEqual(Object.keys(networks).sort());
      }),
      RUNS,
    );
  });
});

describe('a hostile value', () => {
  const values = fc.sample(
    hostile.map((value) => value.replaceAll('\0', '')),
    RUNS.numRuns,
  );
  const variables = Object.fromEntries(values.map((value, i) => [`V${i}`, value]));

  it('comes out of a shell’s eval as it went in', () => {
    const names = Object.keys(variables);
    const script = `${renderVariables(variables, 'sh')}exec ${JSON.stringify(process.execPath)} -e 'console.log(JSON.stringify(process.env))'`;
    const told = JSON.parse(execFileSync('sh', [], { input: script, encoding: 'utf8', maxBuffer: 64 << 20 }));
    expect(Object.fromEntries(names.map((name) => [name, told[name]]))).toEqual(variables);
  });

  it('is one variable of a dotenv file', () => {
    expect(Object.keys(parseEnv(renderVariables(variables, 'dotenv'))).sort()).toEqual(Object.keys(variables).sort());
  });

  it('in JSON is itself, and no command', () => {
    const writes = catchWrites();
    fc.assert(
      fc.property(hostile, (value) => {
        writes.length = 0;
        printData({ [value]: [value] });
        expect(obeyed(writes.join(''))).toEqual([]);
        expect(JSON.stringify(JSON.parse(writes.join('')).data)).toBe(JSON.stringify({ [value]: [value] }));
      }),
      RUNS,
    );
  });
});

function catchWrites(): string[] {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  }
  return written;
}

describe('a hostile text in what is written', () => {
  beforeEach(() => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  const verdict = (text: string) => ({ state: 'starting', why: text, probe: text }) as const;
  const eventsOf = (text: string): Progress[] => [
    { type: 'claimed', project: text, services: [text], ports: null },
    { type: 'fetching', project: text, images: [text, text] },
    { type: 'building', project: text, services: [text] },
    { type: 'retry', project: text, attempt: 2, of: 3, reason: text },
    { type: 'service', project: text, service: text, verdict: verdict(text), afterMs: 1 },
    { type: 'service', project: 'x', service: text, verdict: { state: 'failed', reason: text }, afterMs: 1 },
    { type: 'ready', project: text, afterMs: 1 },
    { type: 'unhealthy', project: text, services: { [text]: text }, action: 'report' },
    { type: 'well', project: text, afterMs: 1 },
    { type: 'degraded', project: text, services: [text], reason: text },
    { type: 'removed', project: text, cause: text, afterMs: 1 },
    { type: 'waiting', project: text, reason: text },
    { type: 'left', project: text, reason: text },
    { type: 'notice', text },
  ];

  it('is no command to a terminal or a runner: progress, line by line and as a board', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const heartbeat = new Heartbeat();
        const written: string[] = [];
        const stream = { isTTY: true, columns: 80, write: (piece: string) => written.push(piece) };
        vi.stubEnv('CI', '');
        vi.stubEnv('TERM', 'xterm');
        const board = progressRenderer(stream as unknown as NodeJS.WriteStream & typeof process.stderr, {});
        for (const progress of eventsOf(text)) {
          expect(obeyed(progressLine(progress) ?? '')).toEqual([]);
          heartbeat.note(progress, 0);
          expect(obeyed(heartbeat.line(1) ?? '')).toEqual([]);
          board.show(progress);
        }
        board.end();
        // The board moves the cursor by itself, and uses colours; nothing else may.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the board's own
        const own = /\u001b\[(?:\d+A|0J|\d+m)/g;
        expect(obeyed(written.map((piece) => piece.replace(own, '')).join(''))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('is no command to a terminal or a runner: errors of every code', () => {
    const writes = catchWrites();
    const codes = fc.constantFrom(...(Object.keys(CATALOGUE) as ErrorCode[]));
    fc.assert(
      fc.property(codes, hostile, (code, text) => {
        const names = [...JSON.stringify(CATALOGUE[code]).matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
        const params = Object.fromEntries(names.map((name) => [name, text]));
        const error = new EnvironmentError(code, params);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
        expect(`${error.message}${error.hint}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        writes.length = 0;
        printError(error, false);
        printError(error, true);
        printError(new TypeError(text), false);
        expect(obeyed(writes.join(''))).toEqual([]);

        writes.length = 0;
        const told = readable(new EnvironmentError(code, { ...params, evidence: `\n${text}` })) as Error;
        expect(obeyed(String(told.stack))).toEqual([]);
        // What stands between stop-commands and its token is only a text to the runner.
        const token = /^::stop-commands::(.+)$/m.exec(writes.join(''))?.[1];
        const outside = writes.join('').replace(new RegExp(`^::stop-commands::${token}\n[^]*^::${token}::$`, 'm'), '');
        expect(outside.replace(`::group::docker-manual: ${code}\n`, '').replace('::endgroup::\n', '').trim()).toBe('');
      }),
      RUNS,
    );
  });

  it('is no command to a terminal or a runner: status, history and other answers, one line each', () => {
    const writes = catchWrites();
    fc.assert(
      fc.property(hostile, (text) => {
        const event = { at: 0, lease: 'x', project: text, actor: text, action: text, operation: text } as HistoryEvent;
        const record = {
          project: text,
          state: 'ready',
          ports: null,
          owner: { kind: 'session', user: text, command: text },
          createdAt: 0,
          expiresAt: null,
        };
        const service = { state: 'running', host: text, ports: { [text]: 1 } };
        const environment = { record, over: text, services: { [text]: service } } as unknown as EnvironmentStatus;
        writes.length = 0;
        printText(historyTable([{ ...event, detail: { [text]: text }, correlation: text }]));
        expect(writes.join('').split('\n')).toHaveLength(3);
        printText(statusTable([environment], [], 0));
        printText(text);
        expect(obeyed(writes.join(''))).toEqual([]);
        expect(stripVTControlCharacters(writes.join(''))).toBe(writes.join(''));
      }),
      RUNS,
    );
  });
});
