/** A service's resolved environment. */
export type Variables = Readonly<Record<string, string>>;

/** `command` is the service's command in the compose file, where it has one. */
export type Address<T> = (host: string, port: number, env: Variables, command?: readonly string[]) => T;

/** An image whose protocol and conventions are known. Several entries may share a name: one protocol, other rules. */
export interface ImageFamily {
  readonly name: string;
  /** The end of the image's name, without tag and digest; see {@link named}. */
  readonly pattern: RegExp;
  /** The port its clients use. */
  readonly port: number;
  /** The address that clients take, with the credentials that the image makes of `env` and `command`. */
  readonly url?: Address<string>;
  /** Names that clients of this image read by themselves. */
  readonly variables?: Address<Record<string, string>>;
}

/**
 * A pattern for the last parts of an image's name, each a regular expression. A stand-in may put a prefix before it
 * ("my-postgres16"), a registry and a team may come before a slash ("registry:5000/team/postgres").
 */
export function named(...names: string[]): RegExp {
  return new RegExp(`(^|[-_/])(${names.join('|')})$`);
}

/** "user:password@", as much of it as there is. */
export function login(user: string, password: string): string {
  if (user === '' && password === '') return '';
  const name = encodeURIComponent(user);
  return password === '' ? `${name}@` : `${name}:${encodeURIComponent(password)}@`;
}

/** "127.0.0.1:30120", "[::1]:30120". */
export function at(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The address of a family that speaks plain HTTP. */
export function httpUrl(host: string, port: number): string {
  return `http://${at(host, port)}`;
}

/**
 * What a command gives for "--name value" or "--name=value", also inside the text of `sh -c "…"`, where it may be a
 * variable of the environment. Undefined where it is not given, or where only a shell could tell.
 */
export function option(command: readonly string[] = [], name: string, env: Variables = {}): string | undefined {
  const flag = `--${name}`;
  const index = command.indexOf(flag);
  if (index >= 0) return command[index + 1];
  const joined = command.find((word) => word.startsWith(`${flag}=`) && !/\s/.test(word));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  for (const text of command) {
    const found = new RegExp(`(?:^|\\s)${flag}[ =]+(?:"([^"]*)"|'([^']*)'|(\\S+))`).exec(text);
    if (found) return expand(found[1] ?? found[2] ?? found[3] ?? '', env);
  }
  return undefined;
}

/** "$NAME", "${NAME}" and "${NAME:-other}" as a shell reads them; undefined for what needs a real one: "$(cat file)". */
function expand(text: string, env: Variables): string | undefined {
  const found = /^\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})$/.exec(text);
  if (found) return env[found[1] ?? found[2] ?? ''] || found[3];
  return /[$`]/.test(text) ? undefined : text;
}
