/** One attempt. Resolves to undefined when the service is ready, else to why not, in words. Never throws; ends at the signal. */
export type Probe = (target: ProbeTarget) => Promise<string | undefined>;

/** Where to ask, and what the service was started with. */
export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** The service's resolved environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The service's command in the compose file; some passwords are only there. */
  readonly command?: readonly string[];
  readonly signal: AbortSignal;
}

/** One attempt ends after this long, whatever the server does. Milliseconds. */
export const ATTEMPT_LIMIT = 2000;
