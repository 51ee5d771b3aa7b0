import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../../src/domain/errors.js';
import { failedSummary } from '../../../src/surfaces/action/summary.js';
import { Told } from '../../../src/surfaces/action/told.js';
import { safeLine, unread } from '../../../src/surfaces/github-log.js';
import { JobLog } from './support/job-log.js';

describe('a summary', () => {
  it('shows names and evidence, and lets none of them be Markdown or HTML', () => {
    const told = new Told();
    told.note({ type: 'claimed', project: 'shop-1', services: ['web', 'db'], ports: null });
    const verdict = { state: 'failed', reason: '<img src=x> | [click](https://evil) `code`\n# title' } as const;
    told.note({ type: 'service', project: 'shop-1', service: 'web', verdict, afterMs: 1 });
    const evidence = '\n```\n</pre><script>\n````\n# no title';
    const error = new EnvironmentError('SERVICE_FAILED', { service: 'web', reason: '**died**', evidence });
    const text = failedSummary(error, told);
    const [outside = ''] = text.split('`````text');
    expect(outside).not.toMatch(/[<`[*]|\n#[^#]/);
    expect(outside.split('\n').filter((line) => line.startsWith('| web'))).toHaveLength(1);
    expect(text).toContain('`````text\n```\n</pre><script>\n````\n# no title\n`````');
    expect(told.unready).toEqual(['web']);
  });
});

describe('a line of the log', () => {
  it.each([
    '::error::x',
    '  ::set-output name=a::b',
    'a\n::error::x',
    'a\r::error::x',
    '##[error]x',
    'a ##[add-path]/x',
    ':::error::x',
  ])('is never a command: %j', (text) => {
    const log = new JobLog();
    log.write(`${safeLine(text)}\n`);
    expect(log.commands).toEqual([]);
    expect(log.text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('that is a command when it stands by itself is none between the marks, and is shown as it is', () => {
    const log = new JobLog();
    log.write('::error::seen\n');
    log.write(unread(['::error::x', '##[error]y', '::stop-commands::z', '::endgroup::']));
    log.write('::error::seen again\n');
    expect(log.named('error').map(({ value }) => value)).toEqual(['seen', 'seen again']);
    expect(log.text).toContain('::error::x\n##[error]y\n::stop-commands::z\n::endgroup::\n');
  });
});
