import type { EngineInfo } from './engine.js';

/** Of the engine's `info`, what we read; dockerode has no type for it. */
interface RawInfo {
  readonly ServerVersion?: string;
  readonly OperatingSystem?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly Driver?: string;
  readonly DockerRootDir?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly DefaultAddressPools?: readonly { readonly Base: string; readonly Size: number }[] | null;
  readonly Warnings?: readonly string[] | null;
}

export function engineInfo(raw: RawInfo): EngineInfo {
  return {
    version: raw.ServerVersion ?? '',
    system: raw.OperatingSystem ?? '',
    cpus: raw.NCPU ?? 0,
    memoryBytes: raw.MemTotal ?? 0,
    virtual: /Docker Desktop/i.test(raw.OperatingSystem ?? ''),
    storageDriver: raw.Driver ?? '',
    folder: raw.DockerRootDir ?? '',
    rootless: (raw.SecurityOptions ?? []).some((option) => option.includes('rootless')),
    addressPools: (raw.DefaultAddressPools ?? []).map(({ Base, Size }) => ({ base: Base, size: Size })),
    warnings: raw.Warnings ?? [],
  };
}
