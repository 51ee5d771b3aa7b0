import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ErrorCode, ErrorParams } from '../../src/domain/errors.js';
import { find } from '../../src/engine/failures/classify.js';
import { COMPOSE_RULES, WARNING_RULES } from '../../src/engine/failures/compose-rules.js';
import { failedStep, parseComposeText } from '../../src/engine/failures/compose-text.js';
import { CLIENT_RULES, ENGINE_RULES } from '../../src/engine/failures/engine-rules.js';
import { DAMAGING, HARMLESS, type Said } from '../support/failure-scenarios.js';
import { meaningOf } from '../support/meaning-of.js';

interface Meant extends Said {
  readonly name: string;
  readonly code: ErrorCode;
  readonly params?: ErrorParams;
}

/** Recorded by failures.docker.test.ts. */
const recorded: { failures: (Said & { name: string })[] } = read('recorded.json');
/** Other versions and other engines, with where each text was seen. */
const elsewhere: (Meant & { from: string })[] = read('elsewhere.json');

const scenarios = [...HARMLESS, ...DAMAGING];
const meant: Meant[] = [
  ...recorded.failures.map((said) => {
    const { code, params } = scenarios.find(({ name }) => name === said.name) ?? {};
    return { ...said, code, params } as Meant;
  }),
  ...elsewhere,
];

describe('what engines and Compose say', () => {
  it.each(meant)('$name: $code', (said) => {
    const { code, params = {} } = said;
    expect(meaningOf(said)?.toJSON()).toMatchObject({ code, params });
  });

  it('is recorded of every scenario, and each scenario has its record', () => {
    expect(recorded.failures.map((said) => said.name)).toEqual(scenarios.map(({ name }) => name));
  });

  it('is in the table for a reason: every rule is the first that fits one of them', () => {
    const rules = [...ENGINE_RULES, ...COMPOSE_RULES, ...CLIENT_RULES, ...WARNING_RULES];
    const hit = new Set(meant.map(ruleOf));
    expect(rules.filter((rule) => !hit.has(rule)).map((rule) => String(rule.pattern))).toEqual([]);
  });

  it('is told without what every engine says before it', () => {
    for (const said of meant) {
      expect(meaningOf(said)?.message, said.name).not.toMatch(/Error response from daemon|HTTP code|level=warning/);
    }
  });
});

describe('what Compose writes', () => {
  it('is taken apart: warnings, progress, the error', () => {
    const text = [
      'time="2026-11-21T10:05:16Z" level=warning msg="the attribute `version` is obsolete"',
      ' Network app_default  Created',
      ' Container app-db-1  Creating',
      ' Container app-db-1  Created',
      ' Container app-web-1  Creating',
      'Error response from daemon: iptables failed: no chain.',
      ' (exit status 1))',
    ];
    expect(parseComposeText(text.join('\n'))).toMatchObject({
      error: 'iptables failed: no chain. (exit status 1))',
      subject: { container: 'app-web-1' },
      warnings: text[0],
    });
  });

  it('does not blame one of several containers that were being made', () => {
    const text = ' Container app-db-1  Creating\n Container app-web-1  Creating\nError response from daemon: no';
    expect(parseComposeText(text).subject).toEqual({});
  });

  it('shows the last lines of the failed step of a build', () => {
    const step = ' > [web 2/2] RUN npm ci:\n0.2 hello\n\n0.3 npm error ENOENT\n------';
    expect(failedStep(`#5 0.2 hello\n------\n${step}\nfailed to solve`)).toMatchObject({
      log: '\n  0.2 hello\n  0.3 npm error ENOENT',
    });
    expect(failedStep('failed to solve: no such image')).toEqual({ at: '', log: '' });
  });
});

function ruleOf({ source, operation, status, exitCode, text }: Said) {
  if (source === 'api') return find([...ENGINE_RULES, ...CLIENT_RULES], { operation, status, text })?.rule;
  const { body, error, warnings } = parseComposeText(text);
  if (exitCode === 0) return find(WARNING_RULES, { operation, text: warnings })?.rule;
  return find([...ENGINE_RULES, ...COMPOSE_RULES], { operation, text: operation === 'compose build' ? error : body })
    ?.rule;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as T;
}
