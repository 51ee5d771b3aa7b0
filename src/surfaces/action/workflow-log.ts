import { safeLine, unread } from '../github-log.js';

/** The job's log. Nothing that it is given is ever read as a workflow command, whatever services or files say. */
export interface WorkflowLog {
  /** One line. */
  say(text: string): void;
  /** A foldable part. */
  group(title: string, lines: readonly string[]): void;
}

export function workflowLog(stream: NodeJS.WritableStream): WorkflowLog {
  return {
    say: (text) => void stream.write(`${safeLine(text)}\n`),
    group(title, lines) {
      stream.write(`::group::${safeLine(title)}\n${unread(lines)}::endgroup::\n`);
    },
  };
}
