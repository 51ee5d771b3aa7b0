/**
 * When a service counts as ready, said by the user instead of found out.
 *
 * - `healthcheck`: the engine calls it healthy (the file or the image must have a health check)
 * - `running`: it runs, nothing more
 * - `exit`: it has ended with code 0
 * - `tcp`: a connection to the port stays open or answers
 * - `http`: a GET answers with one of the statuses (below 400 by default)
 * - `log`: a line of its log matches
 * - `exec`: a command in the container ends with 0
 * - `all`: each of several
 */
export type Wait =
  | 'healthcheck'
  | 'running'
  | 'exit'
  | { readonly tcp: number }
  | { readonly http: string; readonly port: number; readonly status?: readonly number[] }
  | { readonly log: string }
  | { readonly exec: readonly string[] }
  | { readonly all: readonly Wait[] };

/** Service → wait. */
export type Waits = Readonly<Record<string, Wait>>;

/** What a service is waited for to be; `ready` is what a start waits for. */
export const WAITED_FOR = ['ready', 'healthy', 'running', 'completed'] as const;
/** What `wait` can wait for. */
export type WaitedFor = (typeof WAITED_FOR)[number];
