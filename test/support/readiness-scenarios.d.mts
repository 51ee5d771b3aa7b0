export interface Scenario {
  readonly name: string;
  readonly services: Readonly<Record<string, object>>;
  readonly expected: 'ready' | 'failed';
  /** What our error says; absent for `ready`. */
  readonly code?: string;
  readonly says?: RegExp;
  /** Wait timeout. */
  readonly seconds: number;
  /** Sooner than this after the start nothing can be ready. Milliseconds. */
  readonly notBefore?: number;
  /** An HTTP server on 8080 has to answer as soon as it is called ready. */
  readonly answers?: boolean;
  readonly disturbance?: 'remove' | 'freeze' | 'cut';
}
export const scenarios: readonly Scenario[];
export function composeText(scenario: Scenario): string;
