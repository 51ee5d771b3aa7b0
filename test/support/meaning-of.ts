import type { EnvironmentError } from '../../src/domain/errors.js';
import {
  classifyComposeError,
  classifyComposeWarning,
  classifyEngineError,
} from '../../src/engine/failures/classify.js';
import type { ComposeOperation } from '../../src/engine/failures/rule.js';
import type { Said } from './failure-scenarios.js';

/** The error that src/engine makes of it. */
export function meaningOf({ source, operation, status, exitCode, text }: Said): EnvironmentError | undefined {
  if (source === 'api') {
    const cause = Object.assign(new Error(text), typeof status === 'number' ? { statusCode: status } : {});
    return classifyEngineError(operation, 'unix:///docker.sock', cause);
  }
  if (exitCode === 0) return classifyComposeWarning(operation as ComposeOperation, text);
  return classifyComposeError(operation as ComposeOperation, 'unix:///docker.sock', text, {});
}
