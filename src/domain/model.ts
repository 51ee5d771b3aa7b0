/**
 * The model: what `docker compose config --format json` says of a spec, narrowed to what we read.
 * Compose is the only parser of Compose files; these types describe its answer (2.26 and 2.40 agree on them).
 */
export interface ComposeModel {
  readonly name: string;
  readonly services: Readonly<Record<string, ServiceModel>>;
  readonly networks?: Readonly<Record<string, NetworkModel | null>>;
  readonly volumes?: Readonly<Record<string, VolumeModel | null>>;
  readonly configs?: Readonly<Record<string, FileObjectModel | null>>;
  readonly secrets?: Readonly<Record<string, FileObjectModel | null>>;
}

export interface ServiceModel {
  readonly image?: string;
  readonly build?: BuildModel;
  readonly platform?: string;
  readonly profiles?: readonly string[];
  readonly pull_policy?: string;
  readonly container_name?: string;
  readonly command?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly PortModel[];
  readonly expose?: readonly string[];
  readonly networks?: Readonly<Record<string, ServiceNetworkModel | null>>;
  readonly network_mode?: string;
  readonly pid?: string;
  readonly ipc?: string;
  readonly uts?: string;
  readonly external_links?: readonly string[];
  readonly volumes_from?: readonly string[];
  readonly extra_hosts?: readonly string[];
  readonly dns?: readonly string[];
  readonly privileged?: boolean;
  readonly devices?: readonly unknown[];
  readonly gpus?: readonly unknown[];
  readonly logging?: { readonly driver?: string; readonly options?: Readonly<Record<string, string>> };
  readonly volumes?: readonly MountModel[];
  readonly healthcheck?: HealthcheckModel;
  readonly depends_on?: Readonly<Record<string, DependencyModel>>;
  readonly restart?: string;
  readonly scale?: number;
  readonly deploy?: {
    readonly replicas?: number;
    readonly restart_policy?: { readonly condition?: string };
    readonly resources?: {
      readonly limits?: { readonly memory?: string | number; readonly cpus?: string | number };
      readonly reservations?: { readonly devices?: readonly unknown[] };
    };
  };
  /** Bytes. */
  readonly mem_limit?: string | number;
  readonly cpus?: string | number;
  /** "/run:size=64m,mode=755", … */
  readonly tmpfs?: readonly string[];
  readonly post_start?: readonly unknown[];
  readonly pre_stop?: readonly unknown[];
  readonly provider?: unknown;
  readonly configs?: readonly { readonly source: string }[];
  readonly secrets?: readonly { readonly source: string }[];
}

/** What is read of it here; all the rest counts for what comes out too. */
export interface BuildModel {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly dockerfile_inline?: string;
  readonly args?: Readonly<Record<string, string | null>>;
  readonly additional_contexts?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly no_cache?: boolean;
  readonly pull?: boolean;
}

export interface PortModel {
  readonly mode?: string;
  readonly host_ip?: string;
  readonly target: number;
  /** A number or a range "9000-9003"; absent or "" where the engine is to choose. */
  readonly published?: string;
  readonly protocol?: string;
}

export interface ServiceNetworkModel {
  readonly aliases?: readonly string[];
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
}

export interface MountModel {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
  /** Bytes. */
  readonly tmpfs?: { readonly size?: string | number };
  readonly volume?: { readonly nocopy?: boolean };
}

/** Durations are Compose's own, such as "1m30s". */
export interface HealthcheckModel {
  readonly test?: readonly string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly retries?: number;
  readonly start_period?: string;
  readonly start_interval?: string;
  readonly disable?: boolean;
}

export interface DependencyModel {
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  readonly required?: boolean;
}

export interface NetworkModel {
  readonly name?: string;
  readonly external?: boolean;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly ipam?: { readonly driver?: string; readonly config?: readonly SubnetModel[] };
}

export interface SubnetModel {
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ip_range?: string;
}

export interface VolumeModel {
  readonly name?: string;
  readonly external?: boolean;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

export interface FileObjectModel {
  readonly name?: string;
  readonly file?: string;
  readonly content?: string;
  readonly environment?: string;
}

/** How many containers Compose makes for a service; a provider's is no container. */
export function replicas(service: ServiceModel): number {
  return service.provider ? 0 : (service.scale ?? service.deploy?.replicas ?? 1);
}

/**
 * True for a service of which only `docker compose up` gives the whole result: objects that it copies into containers
 * as it starts them, and commands that it runs around the start.
 */
export function needsComposeUp(model: ComposeModel, name: string): boolean {
  const service = model.services[name] ?? {};
  const inline = (objects: ComposeModel['configs'], used: ServiceModel['configs']) =>
    used?.some(({ source }) => {
      const object = objects?.[source];
      return object?.content !== undefined || object?.environment !== undefined;
    });
  return Boolean(
    inline(model.configs, service.configs) ||
      inline(model.secrets, service.secrets) ||
      service.post_start ||
      service.pre_stop ||
      service.provider,
  );
}
