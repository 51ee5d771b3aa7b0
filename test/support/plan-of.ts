import type { Hazard, HazardKind, HostFacts } from '../../src/domain/hazards/hazard.js';
import type { Labels } from '../../src/domain/labels.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { type Plan, type PlanRequest, planEnvironment } from '../../src/domain/plan.js';
import { applyOverride } from './apply-override.js';

export const PROJECT = 'shop-1a2b3c4d';
export const ROOT = '/repo';

type Sections = Omit<ComposeModel, 'name'>;

/** Fills in what Compose fills in: the default network, and the project's name in the names of networks and volumes. */
export function resolved(sections: Sections, project = PROJECT): ComposeModel {
  const services = Object.entries(sections.services).map(([name, service]) => {
    const connected = service.network_mode || service.networks ? service : { ...service, networks: { default: null } };
    return [name, connected] as const;
  });
  const onDefault = services.some(([, service]) => 'default' in (service.networks ?? {}));
  const networks = { ...sections.networks, ...(onDefault ? { default: sections.networks?.default ?? {} } : {}) };
  return {
    ...sections,
    name: project,
    services: Object.fromEntries(services),
    networks: named(networks, project),
    volumes: named(sections.volumes ?? {}, project),
  };
}

function named<T extends { readonly name?: string; readonly external?: boolean }>(
  objects: Readonly<Record<string, T | null>>,
  project: string,
) {
  const entries = Object.entries(objects).map(([key, object]) => {
    return [key, { name: object?.external ? key : `${project}_${key}`, ...object }];
  });
  return Object.fromEntries(entries) as Record<string, T>;
}

export interface Circumstances extends Partial<Omit<PlanRequest, 'model' | 'facts' | 'labels'>>, Partial<HostFacts> {
  readonly labels?: Labels;
}

export interface Planned extends Plan {
  readonly model: ComposeModel;
  /** The model as it is with the override. */
  readonly after: ComposeModel;
}

/** The plan of what a file says, with ports from 30000 on. */
export function planOf(sections: Sections, circumstances: Circumstances = {}): Planned {
  const { projectRoot = ROOT, paths = {}, images = {}, labels = {}, ...request } = circumstances;
  const model = resolved(sections, circumstances.project);
  const plan = planEnvironment({
    project: model.name,
    firstPort: 30000,
    portMode: 'range',
    subnets: new Map(),
    host: '127.0.0.1',
    labels: () => labels,
    decisions: {},
    accelerateFor: null,
    ...request,
    model,
    facts: { projectRoot, paths, images },
  });
  return { ...plan, model, after: applyOverride(model, plan.override) };
}

/** "silent was => becomes", for one kind. */
export function told(plan: { readonly hazards: readonly Hazard[] }, ...kinds: readonly HazardKind[]): string[] {
  return plan.hazards.filter((h) => kinds.includes(h.kind)).map((h) => `${h.class} ${h.was} => ${h.becomes}`);
}

/** What a decision is asked about: "kind was". */
export function asked(plan: { readonly hazards: readonly Hazard[] }): string[] {
  return plan.hazards.filter((h) => h.class === 'decision').map((h) => `${h.kind} ${h.was}`);
}
