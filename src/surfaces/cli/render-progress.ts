import type { WriteStream } from 'node:tty';
import { formatDuration, type OnCall, type OnProgress, type Verdict, whyNot } from '../../index.js';
import { HEARTBEAT, Heartbeat } from '../heartbeat.js';
import { progressLine, titleOf } from '../progress-line.js';
import { shownOnOneLine } from '../shown.js';
import { showNotices } from './notices.js';
import { type Colours, coloursOf, isLive } from './terminal.js';

export interface ProgressRenderer {
  readonly show: OnProgress;
  /** Absent where calls to the engine are not shown. */
  readonly call?: OnCall;
  /** Leaves the terminal as it was; a second call does nothing. */
  readonly end: () => void;
}

export interface LoudnessFlags {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** One stream of events, two renderings: a board that is redrawn on a terminal, one line per change elsewhere. */
export function progressRenderer(stream: WriteStream, flags: LoudnessFlags): ProgressRenderer {
  if (flags.quiet || flags.verbose || flags.json) return noticeRenderer(stream, flags);
  if (isLive(stream)) return board(stream);
  stream.write('docker-manual: starting\n');
  return lines(stream);
}

/** For commands whose progress is of interest only to those who ask for it. */
export function noticeRenderer(stream: WriteStream, { quiet, verbose }: LoudnessFlags): ProgressRenderer {
  if (quiet) return { show: () => {}, end: () => {} };
  return verbose ? everything(stream) : { show: showNotices, end: () => {} };
}

function everything(stream: WriteStream): ProgressRenderer {
  const { show, end } = lines(stream);
  return {
    show: (progress) => {
      if (progress.type === 'step') stream.write(`step: ${progress.step}\n`);
      else show(progress);
    },
    call: ({ operation, subject, afterMs, failed }) => {
      const about = subject === undefined ? '' : ` ${subject}`;
      stream.write(`${shownOnOneLine(`engine: ${operation}${about} (${afterMs} ms${failed ? ', failed' : ''})`)}\n`);
    },
    end,
  };
}

function lines(stream: WriteStream): ProgressRenderer {
  const heartbeat = new Heartbeat();
  const timer = setInterval(() => {
    const text = heartbeat.line(Date.now());
    if (text) stream.write(`${text}\n`);
  }, HEARTBEAT);
  timer.unref();
  const said = new Map<string, string>();
  return {
    show: (progress) => {
      heartbeat.note(progress, Date.now());
      if (progress.type === 'service') {
        // What a failing probe says may change all the time: the heartbeat has the latest.
        const { verdict, service } = progress;
        const news = verdict.state === 'starting' ? verdict.why : verdict.state;
        if (said.get(service) === news) return;
        said.set(service, news);
      }
      const text = progressLine(progress);
      if (text) stream.write(`${text}\n`);
    },
    end: () => clearInterval(timer),
  };
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Redraws per second are bounded by this; a change is shown at the next one. Milliseconds. */
const FRAME = 100;

function board(stream: WriteStream): ProgressRenderer {
  const colours = coloursOf(stream);
  const services = new Map<string, { verdict: Verdict; afterMs: number }>();
  const begun = Date.now();
  let title = 'starting';
  let drawn = 0;
  let frame = 0;
  let ended = false;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = () => {
    frame += 1;
    const rows = [...services].map(([name, s]) =>
      row({ name, ...s, begun, spinner: SPINNER[frame % SPINNER.length] ?? '' }, colours),
    );
    erase();
    const text = [`${colours.bold(title)}`, ...rows].map((line) => clip(line, stream.columns || 80));
    stream.write(`${text.join('\n')}\n`);
    drawn = text.length;
  };
  const timer = setInterval(draw, FRAME);
  timer.unref();
  draw();
  return {
    show: (progress) => {
      if (progress.type === 'claimed') title = shownOnOneLine(titleOf(progress));
      else if (progress.type === 'queued') title = shownOnOneLine(progressLine(progress) ?? title);
      else if (progress.type === 'service') services.set(progress.service, progress);
      else {
        const text = progressLine(progress);
        if (!text || progress.type === 'ready') return;
        erase();
        stream.write(`${text}\n`);
      }
      if (!ended) draw();
    },
    end: () => {
      ended = true;
      clearInterval(timer);
      erase();
    },
  };
}

interface Row {
  readonly name: string;
  readonly verdict: Verdict;
  readonly afterMs: number;
  /** When the start began; milliseconds since the epoch. */
  readonly begun: number;
  readonly spinner: string;
}

function row({ name, verdict, afterMs, begun, spinner }: Row, colours: Colours): string {
  const done = verdict.state === 'healthy' || verdict.state === 'running' || verdict.state === 'completed';
  const mark = done ? colours.green('✔') : verdict.state === 'failed' ? colours.red('✖') : colours.cyan(spinner);
  const time = formatDuration(done ? afterMs : Date.now() - begun);
  const why = verdict.state === 'starting' || verdict.state === 'failed' ? whyNot(verdict) : '';
  return `  ${mark} ${shownOnOneLine(name).padEnd(16)} ${verdict.state.padEnd(10)} ${time.padStart(6)}  ${colours.dim(shownOnOneLine(why))}`;
}

/** Colours take no columns; a line that is cut loses them, which is better than a broken board. */
function clip(line: string, columns: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes
  const bare = line.replace(/\u001b\[\d+m/g, '');
  return bare.length <= columns ? line : `${bare.slice(0, columns - 1)}…`;
}
