import type { Replace } from '../../src/domain/override.js';
import type { ComposeRun } from '../../src/engine/engine.js';

/** The first port that a run is about to publish for a service. */
export function plannedPort({ override }: ComposeRun, service = 'web'): number {
  const ports = override.services[service]?.ports as Replace | undefined;
  const [first] = (ports?.value ?? []) as readonly { readonly published: string }[];
  return Number.parseInt(first?.published ?? '', 10);
}
