import { bindPorts, blockSize, type ExtraPort, keepPorts } from './bindings.js';
import { type Decisions, decided } from './decisions.js';
import { EnvironmentError } from './errors.js';
import { binds, volumeDevices } from './hazards/binds.js';
import { serviceDefaults } from './hazards/defaults.js';
import { externals } from './hazards/external.js';
import { fastStorage, tuning } from './hazards/fast-storage.js';
import type { Hazard, HazardRule, HostFacts } from './hazards/hazard.js';
import { foreignObjects, hostNetwork, portsOfHostService, sharedHardware, traefik } from './hazards/host.js';
import { type KeptVolume, keptVolumes, swappedImages } from './hazards/kinds.js';
import { containerNames, imageTags, objectNames } from './hazards/names.js';
import { publishedPorts } from './hazards/ports.js';
import { type SeededService, seeded } from './hazards/seeds.js';
import { subnets } from './hazards/subnets.js';
import { healthTiming, logs } from './hazards/timing.js';
import { unnamedVolumes } from './hazards/unnamed-volumes.js';
import { publishedUrls } from './hazards/urls.js';
import type { Labels } from './labels.js';
import type { Binding } from './lease.js';
import { type MemoryNeed, memoryNeed } from './memory-need.js';
import type { ComposeModel, MountModel } from './model.js';
import { type Override, OverrideDraft, Replace, type VolumeCopy } from './override.js';
import { leasesBlock, type PortMode, type PortRange } from './ports.js';
import type { Resources } from './resources.js';

export interface PlanRequest {
  readonly model: ComposeModel;
  readonly project: string;
  /** First port of the leased block; of no meaning in the modes that lease none. */
  readonly firstPort: number;
  readonly portMode: PortMode;
  /** In mode stable: numbers of the file that can be had. */
  readonly freePorts?: readonly number[];
  /** Of an environment that runs already: what its ports stand for, the block that new ones are taken of, and who listens there. */
  readonly running?:
    | { readonly bindings: readonly Binding[]; readonly block: PortRange | null; readonly busy?: readonly number[] }
    | undefined;
  /** Service → image that it runs instead of the files' own. */
  readonly otherImages?: Readonly<Record<string, string>> | undefined;
  /** Where named volumes are kept: the beginning of their names. Absent where each environment has its own. */
  readonly keptAs?: string | undefined;
  /** Leased subnets: network → "10.231.0.0/28". */
  readonly subnets: ReadonlyMap<string, string>;
  /** Address that ports are published on. */
  readonly host: string;
  /** The ports are known only while planning. */
  readonly labels: (bindings: readonly Binding[]) => Labels;
  readonly decisions: Decisions;
  readonly facts: HostFacts;
  /** How long health checks may run at the fast rate; null leaves them as they are. Milliseconds. */
  readonly accelerateFor: number | null;
  readonly resources?: Resources | undefined;
  /** Services whose data is prepared once; the volumes that hold it, where they are there. */
  readonly seeds?: readonly SeededService[] | undefined;
}

/** What makes one more copy of the model safe to run beside the others. */
export interface Plan {
  readonly override: Override;
  /** What everything that is made bears. */
  readonly labels: Labels;
  readonly bindings: readonly Binding[];
  readonly hazards: readonly Hazard[];
  /** Data to be copied into fresh volumes between create and start. */
  readonly copies: readonly VolumeCopy[];
  /** Volumes that outlive the environment; they have to be there before anything is created. */
  readonly kept: readonly KeptVolume[];
}

/** Decides everything and does nothing: the same request gives the same plan. */
export function planEnvironment(request: PlanRequest): Plan {
  const { plan } = runRules(request);
  return plan;
}

/** What has to be leased before a plan can be made. */
export interface Demands {
  readonly ports: number;
  /** A name that only one environment of the machine may hold. */
  readonly exclusive: string | null;
  /** Decisions that the user has not taken. */
  readonly open: readonly Hazard[];
  readonly memory: MemoryNeed;
}

export function demandsOf(
  model: ComposeModel,
  decisions: Decisions,
  facts: HostFacts,
  portMode: PortMode,
  resources: Resources = {},
): Demands {
  const request: PlanRequest = {
    model,
    project: model.name,
    firstPort: 0,
    portMode,
    subnets: new Map(),
    host: '127.0.0.1',
    labels: () => ({}),
    decisions,
    facts,
    accelerateFor: null,
    resources,
  };
  const { plan, exclusive, services } = runRules(request);
  return {
    ports: leasesBlock(portMode) ? blockSize(plan.bindings, 0) : 0,
    exclusive,
    open: plan.hazards.filter((hazard) => hazard.class === 'decision'),
    memory: memoryNeed({ ...model, services }),
  };
}

function runRules(request: PlanRequest): {
  plan: Plan;
  exclusive: string | null;
  services: ComposeModel['services'];
} {
  const { resources = {}, model, project, host, decisions, facts } = request;
  const bindings = boundPorts(request);
  const draft = new OverrideDraft();
  for (const service of Object.keys(model.services)) draft.set('services', service, {});
  const context = { model, project, bindings, host, decisions, facts, draft };
  const kept: KeptVolume[] = [];
  const rules: readonly HazardRule[] = [
    swappedImages(request.otherImages ?? {}),
    publishedPorts,
    containerNames,
    objectNames,
    imageTags,
    externals,
    subnets(request.subnets),
    binds,
    volumeDevices,
    keptVolumes(request.keptAs, kept),
    hostNetwork,
    foreignObjects,
    publishedUrls,
    traefik,
    serviceDefaults(resources),
    fastStorage(resources),
    tuning(resources),
    seeded(request.seeds ?? []),
    unnamedVolumes(request.keptAs !== undefined),
    healthTiming(request.accelerateFor),
    logs,
    sharedHardware,
  ];
  const hazards = rules.flatMap((rule) => rule(context));
  const labels = request.labels(bindings);
  const plan = { override: draft.finish(labels), labels, bindings, hazards, copies: draft.copies, kept };
  return { plan, exclusive: [...draft.exclusive][0] ?? null, services: withResources(model, draft) };
}

/** @throws UPDATE_UNFIT when the block of an environment that runs already is too small */
function boundPorts({ model, firstPort, portMode, freePorts, running, project, ...request }: PlanRequest): Binding[] {
  const extra = extraPorts(model, request.decisions, request.facts);
  const fresh = bindPorts(model, firstPort, extra, portMode, freePorts);
  if (!running || !leasesBlock(portMode)) return fresh;
  const kept = keepPorts(fresh, running.bindings, running.block, running.busy);
  if (kept) return kept;
  const reason = 'the files publish more ports than it was started with';
  throw new EnvironmentError('UPDATE_UNFIT', { project, reason });
}

/** The services with what they have been given of memory. */
function withResources(model: ComposeModel, draft: OverrideDraft): ComposeModel['services'] {
  const entries = Object.entries(model.services).map(([name, service]) => {
    const volumes = draft.get('services', name, 'volumes');
    const limit = draft.get('services', name, 'mem_limit') as string | undefined;
    const changed = {
      ...(volumes instanceof Replace ? { volumes: volumes.value as MountModel[] } : {}),
      ...(limit === undefined ? {} : { mem_limit: limit }),
    };
    return [name, { ...service, ...changed }] as const;
  });
  return Object.fromEntries(entries);
}

function extraPorts(model: ComposeModel, decisions: Decisions, facts: HostFacts): ExtraPort[] {
  return Object.entries(model.services).flatMap(([name, service]) => {
    if (service.network_mode !== 'host' || decided(decisions.hostNetwork, name) !== 'convert') return [];
    const exposed = facts.images[service.image ?? '']?.exposedPorts ?? [];
    const published = new Set(service.ports?.map((port) => `${port.target}/${port.protocol ?? 'tcp'}`));
    return portsOfHostService(service, exposed).flatMap((port) =>
      published.has(`${port.target}/${port.protocol}`) ? [] : [{ service: name, ...port }],
    );
  });
}

/** The open decisions as one error that names the first and counts the rest. */
export function unisolatable(open: readonly (Hazard & { file?: string; line?: number })[]): EnvironmentError {
  const [first] = open;
  const where = first?.line ? `${first.file}:${first.line}` : (first?.file ?? 'the compose file');
  const others = open.slice(1).map((h) => `${h.service ?? h.path[1]}: ${h.kind} ${h.was}`);
  return new EnvironmentError('HAZARD_UNISOLATABLE', {
    where,
    service: first?.service ?? first?.path[1] ?? '',
    kind: first?.kind ?? '',
    was: first?.was ?? '',
    choices: (first?.choices ?? []).map((choice) => `--${choice}`).join(', '),
    others: others.length === 0 ? '' : ` (and ${others.length} more: ${others.join('; ')})`,
  });
}
