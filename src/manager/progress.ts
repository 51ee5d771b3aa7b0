import type { Step } from '../domain/errors.js';
import type { HookPoint } from '../domain/hooks.js';
import type { PortRange } from '../domain/ports.js';
import type { Verdict } from '../domain/verdict.js';

/** What an acquire or release tells while it works. Every rendering (terminal, plain, JSON) is made from these. */
export type Progress =
  | { readonly type: 'step'; readonly step: Step }
  | {
      readonly type: 'claimed';
      readonly project: string;
      readonly services: readonly string[];
      readonly ports: PortRange | null;
    }
  /** There is no room for it yet: its place, what it needs, and who holds what. Told at every change. */
  | { readonly type: 'queued'; readonly name: string; readonly text: string }
  | { readonly type: 'fetching'; readonly project: string; readonly images: readonly string[] }
  /** How far the pull of an image is: "30.8 of 40.0 MB". */
  | { readonly type: 'pull-progress'; readonly project: string; readonly image: string; readonly text: string }
  | { readonly type: 'building'; readonly project: string; readonly services: readonly string[] }
  /** What the builder is at: "app 2/3 RUN npm ci". */
  | { readonly type: 'build-step'; readonly project: string; readonly step: string }
  | {
      readonly type: 'retry';
      readonly project: string;
      readonly attempt: number;
      readonly of: number;
      readonly reason: string;
    }
  | {
      readonly type: 'service';
      readonly project: string;
      readonly service: string;
      readonly verdict: Verdict;
      readonly afterMs: number;
    }
  | {
      readonly type: 'hook';
      readonly project: string;
      readonly hook: HookPoint | 'seed';
      /** Null when it did not end by itself. */
      readonly exitCode: number | null;
      readonly output: string;
      readonly afterMs: number;
    }
  | { readonly type: 'waiting'; readonly project: string; readonly reason: string }
  | { readonly type: 'ready'; readonly project: string; readonly afterMs: number }
  /** Services were lost after the environment had been ready: service → why. */
  | {
      readonly type: 'unhealthy';
      readonly project: string;
      readonly services: Readonly<Record<string, string>>;
      readonly action: 'report' | 'restart';
    }
  /** All of them are back; `afterMs`: since the first was lost. */
  | { readonly type: 'well'; readonly project: string; readonly afterMs: number }
  /** They are not brought back any more. */
  | {
      readonly type: 'degraded';
      readonly project: string;
      readonly services: readonly string[];
      readonly reason: string;
    }
  | { readonly type: 'removed'; readonly project: string; readonly cause: string; readonly afterMs: number }
  | { readonly type: 'left'; readonly project: string; readonly reason: string }
  /** Something that the user should know, whatever is being done. */
  | { readonly type: 'notice'; readonly text: string };

/** Told of what happens, as it happens. */
export type OnProgress = (progress: Progress) => void;
