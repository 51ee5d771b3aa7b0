import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decisions } from '../domain/decisions.js';
import { commonThings, footprint } from '../domain/disjoint.js';
import type { HostFacts } from '../domain/hazards/hazard.js';
import { subnetDemands } from '../domain/hazards/subnets.js';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { demandsOf, type Plan, planEnvironment } from '../domain/plan.js';
import { projectName } from '../domain/project-name.js';
import { checkResources, type ResourceOptions, type Resources } from '../domain/resources.js';
import { chooseSubnet, formatSubnet, type Subnet } from '../domain/subnet.js';
import type { Engine } from '../engine/engine.js';
import { type BuildReport, reportBuilds } from './build/report.js';
import type { Context } from './context.js';
import { hostFacts } from './host-facts.js';
import { type LocatedHazard, locate } from './locate.js';
import { modelOf } from './resolve.js';
import { baseName, type SpecOptions, specAndModel } from './spec.js';

/** What would be acquired. */
export interface PlanOptions extends SpecOptions, ResourceOptions {
  readonly decisions?: Decisions;
  /** Plan two copies and prove with Compose's own resolution that they have nothing in common. */
  readonly twice?: boolean;
  readonly signal?: AbortSignal;
}

/** What an acquire of the same files would change, and why. Nothing is claimed, created or started. */
export interface PlanReport {
  readonly services: readonly string[];
  readonly hazards: readonly LocatedHazard[];
  /** Decisions that are still open: an acquire would refuse. */
  readonly open: readonly LocatedHazard[];
  /** What the file builds, and whether a start would build it. */
  readonly builds: readonly BuildReport[];
  /** With `twice`: true when the two copies have nothing in common but what is declared to be shared. */
  readonly disjoint?: boolean;
  /** With `twice`: what they have in common. */
  readonly common?: readonly string[];
}

/** @throws COMPOSE_FILE_MISSING, COMPOSE_FILE_INVALID */
export async function plan(context: Context, options: PlanOptions): Promise<PlanReport> {
  const { config } = context;
  const signal = options.signal ?? new AbortController().signal;
  const engine = await context.engine();
  const { files, template } = await specAndModel(config, engine, options, signal);
  checkResources(template, options);
  // How much memory there is will only be known then: `auto` is shown as the best that it may come to.
  const resources: Resources = {
    ...options,
    fastStorage: (options.fastStorage ?? 'volume') === 'volume' ? 'volume' : 'tmpfs',
  };
  const around = { stateDir: config.stateDir, engine: withoutDaemon(engine), env: config.env, model: template, signal };
  const builds = await reportBuilds(around);
  const facts = {
    ...(await hostFacts(withoutDaemon(engine), template, files.directory, signal)),
    builds: Object.fromEntries(builds.flatMap(({ service, tag }) => (tag === null ? [] : [[service, tag]]))),
  };
  const decisions = options.decisions ?? {};
  const base = baseName(options.name, files, config.env);
  const copies = ['00000001', '00000002'].map((id, i) =>
    hypothetical(
      modelOf(template, projectName(base, id)),
      projectName(base, id),
      files,
      decisions,
      facts,
      config,
      i,
      resources,
    ),
  );
  const hazards = locate(copies[0]?.hazards ?? [], files);
  const report = {
    services: Object.keys(template.services),
    hazards,
    open: hazards.filter((hazard) => hazard.class === 'decision'),
    builds,
  };
  if (!options.twice || report.open.length > 0) return report;
  const common = await commonToBoth(engine, files, copies, base, signal);
  return { ...report, disjoint: common.length === 0, common };
}

/** Images that are not here, or no engine at all: the plan then does not know what they expose. */
function withoutDaemon(engine: Engine): Pick<Engine, 'image'> {
  return { image: (reference, signal) => engine.image(reference, signal).catch(() => undefined) };
}

function hypothetical(
  model: ComposeModel,
  project: string,
  spec: Spec,
  decisions: Decisions,
  facts: HostFacts,
  config: Context['config'],
  copy: number,
  resources: Resources,
): Plan {
  const { ports } = demandsOf(model, decisions, facts, 'range');
  const taken: Subnet[] = [];
  const subnets = new Map<string, string>();
  // The second copy's subnets lie behind those of the first, as they would in the store.
  for (let round = 0; round <= copy; round++) {
    for (const { network, prefix } of subnetDemands(model, false)) {
      const subnet = chooseSubnet(config.networkPool, prefix, taken);
      if (!subnet) continue;
      taken.push(subnet);
      subnets.set(network, formatSubnet(subnet));
    }
  }
  return planEnvironment({
    model,
    project,
    firstPort: config.ports.first + copy * ports,
    portMode: 'range',
    otherImages: spec.images,
    keptAs: spec.keepsVolumes && spec.seat,
    subnets,
    host: '127.0.0.1',
    labels: () => ({}),
    decisions,
    facts,
    accelerateFor: 60_000,
    resources,
  });
}

/** Compose resolves both copies with their overrides; what it says is compared, not what we meant. */
async function commonToBoth(
  engine: Engine,
  files: Spec,
  copies: readonly Plan[],
  base: string,
  signal: AbortSignal,
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-manual-plan-'));
  try {
    const resolved = await Promise.all(
      copies.map((copy, i) => {
        const project = projectName(base, `0000000${i + 1}`);
        const overrideFile = join(folder, `${i}.yml`);
        return engine.resolveRun({ ...files, project, override: copy.override, overrideFile }, signal);
      }),
    );
    const [a, b] = resolved.map(footprint);
    const shared = new Set(
      (copies[0]?.hazards ?? []).filter((h) => h.class === 'notice').flatMap((h) => h.was.split(' -> ')),
    );
    return a && b ? commonThings(a, b, shared) : [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
