/** What Compose writes to stderr, taken apart: warnings, progress, and the error at the end. */
export interface ComposeText {
  /** The error itself, on one line, without "Error response from daemon". */
  readonly error: string;
  /** Everything but warnings. */
  readonly body: string;
  readonly warnings: string;
  readonly subject: Subject;
}

/** What was being worked on, as far as that is sure. */
export interface Subject {
  /** The container that was being made or started. */
  readonly container?: string;
  /** The service whose image could not be pulled. */
  readonly service?: string;
  /** The image that a build begins with. */
  readonly image?: string;
}

const WARNING = /^(?:time="[^"]*" )?level=warning |^time="[^"]*" level=warning /;
const OBJECT = /^ (?:Network|Container|Volume|Image) (?<name>\S+) +(?<state>\w+)/;
const PULL = /^ ?(?<service>\S+) (?<state>Pulling|Pulled|Error|Interrupted|Skipped|Warning)\b/;
/** What BuildKit prints of the step that has failed: its command, then what that wrote. */
const FAILED_STEP = /^-{6,}\n > (?<step>.+):\n(?<log>[\s\S]*?)^-{6,}/gm;
/** Lines. The rest is in a build that the user repeats. */
const LOG_SHOWN = 10;
const UNFINISHED = ['Creating', 'Starting', 'Recreate', 'Waiting', 'Error'];

export function parseComposeText(stderr: string): ComposeText {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const warnings = lines.filter((line) => WARNING.test(line));
  const others = lines.filter((line) => !WARNING.test(line));
  const last = others.findLastIndex((line) => OBJECT.test(line) || PULL.test(line));
  const error = others.slice(last + 1);
  return {
    error: sentence(error.length > 0 ? error.map((line) => line.trim()).join(' ') : (others.at(-1) ?? stderr)),
    body: others.join('\n'),
    warnings: warnings.join('\n'),
    subject: { ...unfinished(others), ...unpulled(others), ...baseImage(stderr) },
  };
}

/** A build's step that has failed. */
export interface FailedStep {
  /** " at RUN make", or "". */
  readonly at: string;
  /** The last lines of what it wrote, each with a line break before it; "" where none are known. */
  readonly log: string;
  /** Whose build it is, where that is sure. */
  readonly service?: string;
}

export function failedStep(output: string): FailedStep {
  const { step = '', log = '' } = [...output.matchAll(FAILED_STEP)].at(-1)?.groups ?? {};
  const [, service, command] = /^\[(\S+)[^\]]*\] ?(.*)$/.exec(step) ?? [];
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(-LOG_SHOWN).map((line) => `\n  ${line.trimEnd()}`);
  return { at: command ? ` at ${command}` : '', log: shown.join(''), ...(service ? { service } : {}) };
}

/** Without what is said by every message of the engine's. */
export function sentence(text: string): string {
  return text
    .trim()
    .replaceAll('Error response from daemon: ', '')
    .replace(/^Error:? /, '');
}

/** Containers are worked on side by side: only where exactly one was not finished, it is the one. */
function unfinished(lines: readonly string[]): Subject {
  const states = new Map<string, string>();
  for (const line of lines) {
    const { name, state } = OBJECT.exec(line)?.groups ?? {};
    if (name !== undefined && state !== undefined && /^ Container /.test(line)) states.set(name, state);
  }
  const open = [...states].filter(([, state]) => UNFINISHED.includes(state)).map(([name]) => name);
  return open[0] !== undefined && open.length === 1 ? { container: open[0] } : {};
}

function unpulled(lines: readonly string[]): Subject {
  const failed = lines.flatMap((line) => {
    const { service, state } = PULL.exec(line)?.groups ?? {};
    return service !== undefined && state === 'Error' ? [service] : [];
  });
  return failed[0] !== undefined && failed.length === 1 ? { service: failed[0] } : {};
}

function baseImage(text: string): Subject {
  const image = /failed to solve: (\S+): failed to resolve source metadata/.exec(text)?.[1];
  return image === undefined ? {} : { image };
}
