import { describe, expect, it } from 'vitest';
import { renderGraph } from '../../src/domain/graph.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { criticalPath, timelineOf } from '../../src/domain/timeline.js';

const model: ComposeModel = {
  name: 'shop',
  services: {
    db: {},
    cache: {},
    migrate: { depends_on: { db: { condition: 'service_healthy' } } },
    api: {
      depends_on: {
        migrate: { condition: 'service_completed_successfully' },
        cache: { condition: 'service_healthy' },
        gone: { condition: 'service_started', required: false },
      },
    },
  },
};

describe('a timeline', () => {
  const starting = { state: 'starting', why: '' } as const;
  const marks = (
    [
      ['db', 110, 600],
      ['cache', 110, 300],
      ['migrate', 610, 900],
      ['api', 910, 1500],
    ] as const
  ).flatMap(([service, started, ready]) => [
    { at: 5100, service, verdict: { state: 'created' } as const },
    { at: 5000 + started, service, verdict: starting },
    { at: 5000 + ready - 50, service, verdict: { state: 'healthy' } as const },
    { at: 5000 + ready - 20, service, verdict: starting }, // it lost its health again, and recovered
    { at: 5000 + ready, service, verdict: { state: 'healthy' } as const },
  ]);
  const timeline = timelineOf(model, 5000, marks, { create: 90, start: 1400 });

  it('keeps when each service was created, started and ready', () => {
    expect(timeline.services.migrate).toEqual({
      created: 100,
      started: 610,
      ready: 900,
      state: 'healthy',
      after: ['db'],
    });
  });

  it('knows the chain that decided how long it took', () => {
    expect(criticalPath(timeline)).toEqual(['db', 'migrate', 'api']);
  });

  it('is drawn into the graph', () => {
    expect(renderGraph(model, 'mermaid', timeline)).toBe(`graph LR
  s0["db (0.6 s)"]
  s1["cache (0.3 s)"]
  s2["migrate (0.9 s)"]
  s3["api (1.5 s)"]
  s0 -->|healthy| s2
  s2 -->|completed successfully| s3
  s1 -->|healthy| s3
`);
    expect(renderGraph(model, 'dot')).toContain('"db" -> "migrate" [label="healthy"];');
  });
});
