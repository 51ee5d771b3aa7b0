import { BUILD_POLICIES, type BuildPolicy, PULL_POLICIES, type PullPolicy } from '../../domain/build/policy.js';
import type { EnvironmentKind } from '../../domain/environment-kind.js';
import { EnvironmentError } from '../../domain/errors.js';

interface BuildOptions {
  readonly build?: BuildPolicy;
  readonly noCacheAppCode?: boolean;
  readonly pull?: PullPolicy;
  readonly env?: EnvironmentKind;
}

/** What is to be built and pulled. @throws OPTION_INVALID */
export function buildOptions({ build, noCacheAppCode, pull, env = 'test' }: BuildOptions): {
  build: BuildPolicy;
  pull: PullPolicy | undefined;
  kind: EnvironmentKind;
} {
  if (build !== undefined && !BUILD_POLICIES.includes(build)) throw unknown('build', build, BUILD_POLICIES);
  if (pull !== undefined && !PULL_POLICIES.includes(pull)) throw unknown('pull', pull, PULL_POLICIES);
  return { build: build ?? (noCacheAppCode === false ? 'none' : 'app'), pull, kind: env };
}

function unknown(option: string, value: string, known: readonly string[]): EnvironmentError {
  const reason = `"${value}" is none of ${known.join(', ')}`;
  return new EnvironmentError('OPTION_INVALID', { option, reason, command: 'start' });
}
