import { connectionText, HungUp } from './conversation.js';
import { attempt, type Probe, type ProbeTarget } from './probe.js';

/** What a GET has to bring. */
export interface HttpCheck {
  readonly path: string;
  /** Statuses of a ready server; without them any below 500 will do: a 404 or a 401 is the answer of one that works. */
  readonly statuses?: readonly number[] | 'any';
  /** What a 200 has to say. */
  readonly body?: RegExp;
}

/** A body that has not said it by then will not. Characters. */
const LONGEST_BODY = 64 * 1024;

/** Errors of a certificate that nobody here trusts. */
const UNTRUSTED = /CERT|SELF_SIGNED|VERIFY_LEAF|ISSUER/;

/** A GET, over TLS where the server does not speak plain HTTP. Redirects are an answer: they may lead anywhere. */
export function http(check: HttpCheck | ((env: ProbeTarget['env']) => HttpCheck)): Probe {
  return (target) => {
    const wanted = typeof check === 'function' ? check(target.env) : check;
    return attempt(
      target,
      async (signal) => {
        try {
          return await get('http', target, wanted, signal);
        } catch (cause) {
          if (mayBeTls(innermost(cause)) && (await speaksTls(target, wanted, signal))) return undefined;
          throw cause;
        }
      },
      (cause) => inWords(innermost(cause)),
    );
  };
}

async function get(
  scheme: 'http' | 'https',
  target: ProbeTarget,
  check: HttpCheck,
  signal: AbortSignal,
): Promise<string | undefined> {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const url = `${scheme}://${host}:${target.port}${check.path}`;
  // A kept connection would outlive the attempt.
  const response = await fetch(url, { redirect: 'manual', signal, headers: { connection: 'close' } });
  const { status } = response;
  const accepted = check.statuses ?? (status < 500 ? 'any' : []);
  const fits = accepted === 'any' || accepted.includes(status);
  if (fits && status === 200 && check.body) {
    return (await says(response, check.body))
      ? undefined
      : `answers GET ${check.path}, but not yet as it does when ready`;
  }
  await response.body?.cancel();
  return fits ? undefined : `answers GET ${check.path} with ${status}`;
}

async function says(response: Response, what: RegExp): Promise<boolean> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (what.test(text)) return true;
    if (text.length > LONGEST_BODY) return false;
  }
  return false;
}

/** A certificate that cannot be verified, as all of test servers are, is as far as one gets: the server is there. */
async function speaksTls(target: ProbeTarget, check: HttpCheck, signal: AbortSignal): Promise<boolean> {
  try {
    return (await get('https', target, check, signal)) === undefined;
  } catch (cause) {
    return UNTRUSTED.test(innermost(cause).code ?? '');
  }
}

/** A server that wants TLS hangs up on plain HTTP, or answers with a TLS alert. */
function mayBeTls(error: NodeJS.ErrnoException): boolean {
  return isForeign(error) || error.code === 'UND_ERR_SOCKET' || error.code === 'ECONNRESET';
}

function isForeign(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('HPE_') ?? false;
}

function inWords(error: NodeJS.ErrnoException): string {
  if (isForeign(error)) return 'answers with something that is not HTTP';
  return error.code === 'UND_ERR_SOCKET' ? new HungUp().message : connectionText(error);
}

/** fetch says "fetch failed" and hides why in its cause. */
function innermost(error: unknown): NodeJS.ErrnoException {
  let inner = error as NodeJS.ErrnoException;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner;
}
