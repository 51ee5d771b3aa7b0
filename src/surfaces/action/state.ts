import * as core from '@actions/core';

/** What post has to know of main. Each part is written as soon as it is known, and before anything is made. */
export interface ActionState {
  /** Of the folders; "" when main was never run. */
  readonly token: string;
  /** Project of the environment; "" while none was claimed. */
  readonly project: string;
  /** The failed environment was left for a look, as the user has asked. */
  readonly kept: boolean;
}

export function saveState(part: Partial<ActionState>): void {
  for (const [name, value] of Object.entries(part)) core.saveState(name, String(value));
}

export function readState(): ActionState {
  return { token: core.getState('token'), project: core.getState('project'), kept: core.getState('kept') === 'true' };
}
