import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/** What of a stream and the environment decides how is printed. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** NO_COLOR forbids, FORCE_COLOR asks for it (0 and false: forbids); else only on a terminal that is not dumb. */
export function hasColour({ isTTY }: Terminal, env: Variables): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY === true && env.TERM !== 'dumb';
}

export function coloursOf(stream: Terminal, env: Variables = process.env): Colours {
  return pc.createColors(hasColour(stream, env));
}

/** Whether what is printed may be drawn anew in place: a terminal that is not dumb, and nobody's log. */
export function isLive({ isTTY }: Terminal, env: Variables = process.env): boolean {
  return isTTY === true && env.TERM !== 'dumb' && !env.CI;
}
