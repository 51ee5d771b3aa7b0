import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../../src/index.js';
import { historyTable } from '../../../src/surfaces/cli/render-history.js';

const event: HistoryEvent = {
  at: new Date(2026, 10, 21, 9, 3, 2).getTime(),
  lease: 'a'.repeat(32),
  project: 'shop-1f2e3d4c',
  actor: 'vitest (pid 812)',
  action: 'claimed',
  detail: { ports: { first: 30000, last: 30002 }, subnets: {}, none: null },
  operation: 'acquire',
  correlation: '3fa9c1d2',
};

it('is one line an event, in columns', () => {
  expect(historyTable([event, { ...event, action: 'released', detail: {}, operation: '', correlation: '' }])).toBe(
    [
      'TIME                 ENVIRONMENT    EVENT     IN                BY                DETAIL',
      '2026-11-21 09:03:02  shop-1f2e3d4c  claimed   acquire 3fa9c1d2  vitest (pid 812)  ports 30000-30002',
      '2026-11-21 09:03:02  shop-1f2e3d4c  released  -                 vitest (pid 812)  ',
      '',
    ].join('\n'),
  );
});

it('stays one line whatever is in it', () => {
  const detail = { reason: 'a\nb\u001b[2Jc\u0085d', long: 'x'.repeat(500) };
  const lines = historyTable([{ ...event, detail, actor: 'odd\r\nname (pid 1)' }]).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('odd name (pid 1)  reason a b [2Jc d, long xxx');
  expect(lines[1]?.endsWith('…')).toBe(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(lines[1]).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

it('says so when nothing has happened', () => {
  expect(historyTable([])).toBe('Nothing has happened yet.\n');
});
