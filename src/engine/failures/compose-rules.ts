import type { FailureRule } from './rule.js';

/** What Compose (2.24 to 5) and the Docker CLI say themselves, tried after what they quote of the engine. */
export const COMPOSE_RULES: readonly FailureRule[] = [
  {
    pattern: /is not a docker command|unknown command: docker compose|unknown shorthand flag: 'f' in -f/,
    code: 'COMPOSE_UNAVAILABLE',
  },
  { pattern: /permission denied while trying to connect to the docker/i, code: 'ENGINE_FORBIDDEN' },
  {
    pattern: /cannot connect to the docker daemon|failed to connect to the docker API|error during connect/i,
    code: 'ENGINE_UNAVAILABLE',
  },
  // Names.
  {
    pattern: /network (?<name>\S+) was found but has incorrect label/,
    code: 'NAME_CONFLICT',
    params: { kind: 'network' },
  },
  {
    pattern: /invalid project name "(?<name>[^"]*)": (?<reason>[^\n]*)/,
    code: 'PROJECT_NAME_INVALID',
  },
  // Files.
  {
    during: ['compose config'],
    pattern: /required variable (?<variable>\w+) is missing a value(?:: (?<why>[^\n]+))?/,
    code: 'VARIABLE_MISSING',
  },
  {
    during: ['compose config'],
    pattern:
      /^(?:open|env file|stat) (?<missing>.+?)(?:: no such file or directory|: The system cannot find the (?:file|path) specified| not found: )/m,
    code: 'REFERENCED_FILE_MISSING',
  },
  // Services, when `up` waits for them.
  {
    during: ['compose up'],
    pattern: /dependency failed to start: container (?<container>\S+) (?<reason>[^\n]+)/,
    code: 'SERVICE_FAILED',
  },
  {
    during: ['compose up'],
    pattern: /service "(?<service>[^"]+)" (?<reason>didn't complete successfully: exit \d+)/,
    code: 'SERVICE_FAILED',
  },
];

/**
 * Compose only warns (exit code 0) and uses what belongs to somebody else: two projects then share a network or a
 * volume. In an environment that is to be isolated that is a failure.
 */
export const WARNING_RULES: readonly FailureRule[] = [
  {
    during: ['compose create', 'compose up'],
    pattern: /a network with name (?<name>\S+) exists but was not created (?:for project|by compose)/,
    code: 'NAME_CONFLICT',
    params: { kind: 'network' },
  },
  {
    during: ['compose create', 'compose up'],
    pattern:
      /volume \\?"(?<name>[^"\\]+)\\?" already exists but was (?:created for project|not created by Docker Compose)/,
    code: 'NAME_CONFLICT',
    params: { kind: 'volume' },
  },
];
