import type { WriteStream } from 'node:tty';
import pc from 'picocolors';
import { formatDuration, type OnProgress, type Verdict, whyNot } from '../../index.js';
import { HEARTBEAT, Heartbeat } from '../heartbeat.js';
import { progressLine, titleOf } from '../progress-line.js';
import { shownOnOneLine } from '../shown.js';
import { showNotices } from './notices.js';

export interface ProgressRenderer {
  readonly show: OnProgress;
  /** Leaves the terminal as it was; a second call does nothing. */
  readonly end: () => void;
}

/** One stream of events, two renderings: a board that is redrawn on a terminal, one line per change elsewhere. */
export function progressRenderer(stream: WriteStream, quiet: boolean): ProgressRenderer {
  if (quiet) return { show: showNotices, end: () => {} };
  const live = stream.isTTY && process.env.TERM !== 'dumb' && !process.env.CI;
  return live ? board(stream) : lines(stream);
}

function lines(stream: WriteStream): ProgressRenderer {
  stream.write('docker-manual: starting\n');
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
      row(name, s.verdict, s.afterMs, begun, SPINNER[frame % SPINNER.length] ?? ''),
    );
    erase();
    const text = [`${pc.bold(title)}`, ...rows].map((line) => clip(line, stream.columns || 80));
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

function row(name: string, verdict: Verdict, afterMs: number, begun: number, spinner: string): string {
  const done = verdict.state === 'healthy' || verdict.state === 'running' || verdict.state === 'completed';
  const mark = done ? pc.green('✔') : verdict.state === 'failed' ? pc.red('✖') : pc.cyan(spinner);
  const time = formatDuration(done ? afterMs : Date.now() - begun);
  const why = verdict.state === 'starting' || verdict.state === 'failed' ? whyNot(verdict) : '';
  return `  ${mark} ${shownOnOneLine(name).padEnd(16)} ${verdict.state.padEnd(10)} ${time.padStart(6)}  ${pc.dim(shownOnOneLine(why))}`;
}

/** Colours take no columns; a line that is cut loses them, which is better than a broken board. */
function clip(line: string, columns: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes
  const bare = line.replace(/\u001b\[\d+m/g, '');
  return bare.length <= columns ? line : `${bare.slice(0, columns - 1)}…`;
}
