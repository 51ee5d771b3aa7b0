import type { Decisions } from '../decisions.js';
import type { Binding } from '../lease.js';
import type { ComposeModel, MountModel, ServiceModel } from '../model.js';
import { type OverrideDraft, Replace } from '../override.js';

/**
 * silent: mended, nobody needs to know. notice: mended or shared, and worth a line. decision: only the user can say;
 * the environment is not made until he has.
 */
export type HazardClass = 'silent' | 'notice' | 'decision';

export type HazardKind =
  | 'container-name'
  | 'published-port'
  | 'network-name'
  | 'volume-name'
  | 'external-network'
  | 'external-volume'
  | 'subnet'
  | 'static-address'
  | 'bridge-name'
  | 'network-driver'
  | 'bind-state'
  | 'bind-source'
  | 'bind-outside'
  | 'volume-device'
  | 'docker-socket'
  | 'host-network'
  | 'host-namespace'
  | 'foreign-container'
  | 'image-tag'
  | 'image-swap'
  | 'volume-kept'
  | 'published-url'
  | 'health-timing'
  | 'log-cap'
  | 'log-driver'
  | 'device'
  | 'privileged'
  | 'memory-limit'
  | 'cpu-limit'
  | 'health-default'
  | 'fast-storage'
  | 'seeded-volume'
  | 'tuning';

/** Something in the model that would collide, or leak, between two copies. */
export interface Hazard {
  /** The service, or undefined for a network or volume of its own. */
  readonly service?: string;
  readonly kind: HazardKind;
  readonly class: HazardClass;
  /** Where it stands in the compose file: ["services", "db", "container_name"]. */
  readonly path: readonly string[];
  readonly was: string;
  readonly becomes: string;
  /** Of a decision that is still open: the option and its values, as on the command line. */
  readonly choices?: readonly string[];
}

/** What the machine says of the paths and images that the model names. */
export interface HostFacts {
  /** The folder whose content belongs to the project: the repository's root, or the compose file's folder. */
  readonly projectRoot: string;
  /** Source of each bind mount → what is there now. */
  readonly paths: Readonly<Record<string, PathKind>>;
  /** What is known of the model's images; those that are not here are absent. */
  readonly images: Readonly<Record<string, ImageFacts>>;
  /** Service → the tag that what it builds has; absent while that is not known. */
  readonly builds?: Readonly<Record<string, string>>;
}

export interface ImageFacts {
  readonly hasHealthcheck: boolean;
  /** "80/tcp", … */
  readonly exposedPorts: readonly string[];
}

export type PathKind = 'absent' | 'file' | 'directory' | 'socket' | 'other';

/** What a hazard's rule reads and where it writes. */
export interface HazardContext {
  readonly model: ComposeModel;
  readonly project: string;
  readonly bindings: readonly Binding[];
  readonly host: string;
  readonly decisions: Decisions;
  readonly facts: HostFacts;
  readonly draft: OverrideDraft;
}

/** Mends one kind of hazard in the draft, and says what it found. */
export type HazardRule = (context: HazardContext) => Hazard[];

/** Calls `visit` for every service and joins what it finds. */
export function eachService(
  { model }: HazardContext,
  visit: (name: string, service: ServiceModel) => readonly Hazard[],
): Hazard[] {
  return Object.entries(model.services).flatMap(([name, service]) => visit(name, service));
}

/** The service's mounts as they stand after the rules so far. */
export function mountsOf({ draft }: HazardContext, name: string, service: ServiceModel): readonly MountModel[] {
  const changed = draft.get('services', name, 'volumes');
  return changed instanceof Replace ? (changed.value as MountModel[]) : (service.volumes ?? []);
}

/** The service's environment as it stands after the rules so far; variables without a value are left out. */
export function environmentOf({ draft }: HazardContext, name: string, service: ServiceModel): [string, string][] {
  const changed = (draft.get('services', name, 'environment') ?? {}) as Record<string, string>;
  const all = { ...service.environment, ...changed };
  return Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** The service's command as it stands after the rules so far. */
export function commandOf({ draft }: HazardContext, name: string, service: ServiceModel): readonly string[] {
  const changed = draft.get('services', name, 'command');
  return changed instanceof Replace ? (changed.value as string[]) : (service.command ?? []);
}
