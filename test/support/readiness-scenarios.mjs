/**
 * What "ready" has to mean, one situation a row: the false greens and false reds of other tools, and their neighbours.
 * Used by test/scenarios/readiness.docker.test.ts (ours gives each right answer) and bench/readiness.mjs (ours beside
 * others). Every service carries the label dm-scenario=$DM_RUN, by which a run's containers are found.
 */
const IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
/** No health check of its own, and the shell tools that testcontainers looks for listeners with. */
const PLAIN_IMAGE = process.env.NODE_IMAGE ?? 'dm-test-node';
const REDIS_IMAGE = process.env.REDIS_IMAGE ?? 'dm-test-redis';

const PUBLISHED = { ports: ['127.0.0.1::8080'] };
const ALWAYS = { restart: 'always' };

/** The image probes itself fast while it starts; this is a check as a compose file has it, with none of that. */
function check(interval = '500ms', more = {}) {
  const timing = { interval, timeout: '1s', retries: 3, start_period: '1ms', start_interval: interval };
  return { healthcheck: { test: ['CMD', '/health.sh'], ...timing, ...more } };
}

function checked(environment = {}, more = {}) {
  return { image: IMAGE, environment, ...check(), ...more };
}

/** An HTTP server without a health check that listens after so long. Milliseconds. */
function server(listensAfter = 0, more = {}) {
  const listen = "require('http').createServer((_, answer) => answer.end('ok')).listen(8080)";
  return { image: PLAIN_IMAGE, command: ['node', '-e', `setTimeout(() => ${listen}, ${listensAfter})`], ...more };
}

/** A container that does just this, without a health check unless `more` has one. */
function script(text, more = {}) {
  return { image: PLAIN_IMAGE, command: ['sh', '-c', text], ...more };
}

function after(...dependencies) {
  return { depends_on: Object.fromEntries(dependencies.map(([name, condition]) => [name, { condition }])) };
}

const healthy = (name) => after([name, 'service_healthy']);
const completed = (name) => after([name, 'service_completed_successfully']);

/** Memory is grown until the kernel ends the process: `tail` keeps a line that never ends. */
const EAT_MEMORY = 'tail /dev/zero';
const LITTLE_MEMORY = { mem_limit: '24m', memswap_limit: '24m' };

const ready = (name, services, more = {}) => ({ name, services, expected: 'ready', seconds: 20, ...more });
const failed = (name, services, says, more = {}) => ({
  name,
  services,
  expected: 'failed',
  code: 'SERVICE_FAILED',
  says,
  seconds: 20,
  ...more,
});
const late = { code: 'READY_TIMEOUT', seconds: 4 };

export const scenarios = [
  // Services that end.
  ready('one-shot, exit 0, nobody depends on it', { db: checked(), migrate: script('echo done', healthy('db')) }),
  failed(
    'one-shot, exit 1, nobody depends on it',
    { db: checked(), migrate: script('echo no such table >&2; exit 1', healthy('db')) },
    /"migrate" exited with code 1\b.*no such table/s,
  ),
  ready('one-shot, exit 0, depended on', { migrate: script('sleep 1'), web: checked({}, completed('migrate')) }),
  failed(
    'one-shot, exit 1, depended on',
    { migrate: script('sleep 1; exit 1'), web: checked({}, completed('migrate')) },
    /"migrate" exited with code 1\b/,
  ),
  failed('server with published port exits with 0', { web: script('sleep 0.3', PUBLISHED) }, /exited with code 0/),
  failed('no such command in its shell (127)', { web: script('no-such-command', PUBLISHED) }, /exited with code 127/),
  failed('no such executable', { web: checked({}, { entrypoint: ['/no/such/file'] }) }, /no\/such\/file/, {
    code: 'COMMAND_INVALID',
  }),

  // Crashes.
  ...['0', '0.5', '2'].flatMap((at) => {
    const says = /"web" exited with code 3\b/;
    return [
      failed(`crash at ${at} s, with health check`, { web: script(`sleep ${at}; exit 3`, check()) }, says),
      failed(`crash at ${at} s, no health check, published port`, { web: exitThree(at, PUBLISHED) }, says),
    ];
  }),
  failed('crash at 1 s, no health check, no port', { web: exitThree('1') }, /"web" exited with code 3\b/),
  failed(
    'crash loop, restart: always, no health check',
    { web: script('echo FATAL; exit 3', ALWAYS) },
    /crashes again and again.*exited with code 3.*FATAL/s,
  ),
  failed(
    'crash loop, restart: always, a second of life each',
    { web: script('sleep 1; exit 3', { ...ALWAYS, ...PUBLISHED }) },
    /crashes again and again/,
  ),
  ready('crashes twice, then recovers (restart: always)', {
    web: checked({ CRASH_AFTER: '0.2', CRASH_TIMES: '2', START_DELAY: '0.6' }, ALWAYS),
  }),
  failed(
    'out of memory: the main process',
    { web: script(`sleep 1; exec ${EAT_MEMORY}`, { ...LITTLE_MEMORY, ...PUBLISHED }) },
    /memory/,
  ),
  failed(
    'out of memory: a child, the container goes on',
    // The engine begins to listen for this only after the process has begun, and hears it apart from health: both get time.
    {
      web: checked(
        { START_DELAY: '1.5' },
        { entrypoint: ['sh', '-c', `sleep 0.5; ${EAT_MEMORY}; exec /entry.sh`], ...LITTLE_MEMORY },
      ),
    },
    /memory/,
  ),

  // Health checks.
  ready(
    'healthy after 3 s',
    { web: checked({ START_DELAY: '3' }, check('500ms', { retries: 20 })) },
    { notBefore: 3000 },
  ),
  ready('unhealthy first, then recovers', { web: checked({ HEALTHY_AFTER: '4' }) }, { notBefore: 4000 }),
  ready('every other probe fails', { web: checked({ HEALTH: 'flap' }) }),
  failed('unhealthy for ever', { web: checked({ HEALTH: 'fail' }) }, /web \(health check/, late),
  failed('probe that hangs', { web: checked({ HEALTH: 'hang' }) }, /Not ready within 4 s: web/, late),
  ready('interval of 10 s', { web: checked({}, check('10s')) }),

  // No health check.
  ready('no health check, listens', { web: server(0, PUBLISHED) }, { answers: true }),
  ready('no health check, listens after 2 s', { web: server(2000, PUBLISHED) }, { notBefore: 2000, answers: true }),
  ready('no health check in file or image, nothing published', { cache: { image: REDIS_IMAGE } }),
  ready('health check of the image disabled', {
    web: { image: IMAGE, environment: { HEALTH: 'fail' }, healthcheck: { disable: true } },
  }),

  // Several services.
  ready('chain of 4 by service_healthy', {
    a: checked(),
    b: checked({ WAIT_TCP: 'a:8080' }, healthy('a')),
    c: checked({ WAIT_TCP: 'b:8080' }, healthy('b')),
    d: checked({ WAIT_TCP: 'c:8080' }, healthy('c')),
  }),
  failed(
    'dependency that crashes',
    { db: script('echo no space left; exit 3', check()), web: checked({}, healthy('db')) },
    /"db" exited with code 3\b.*no space left/s,
  ),
  failed(
    'dependency that never gets healthy',
    { db: checked({ HEALTH: 'fail' }), web: checked({}, healthy('db')) },
    /db \(health check.*web \(not started/,
    late,
  ),
  ready('depends_on service_started', {
    db: checked({ START_DELAY: '1' }),
    web: checked({}, after(['db', 'service_started'])),
  }),
  ready('two replicas', { web: checked({}, { deploy: { replicas: 2 } }) }),

  // Somebody or something interferes, as soon as the service's container runs.
  failed(
    'container removed while waiting',
    { web: checked({ HEALTHY_AFTER: '60' }) },
    /"web" (exited with code 137|.*removed)/,
    {
      disturbance: 'remove',
    },
  ),
  failed('engine hangs while waiting', { web: checked({ HEALTHY_AFTER: '60' }) }, /web/, {
    ...late,
    disturbance: 'freeze',
  }),
  failed('connection to the engine ends while waiting', { web: checked({ HEALTHY_AFTER: '60' }) }, /./, {
    code: 'ENGINE_UNAVAILABLE',
    disturbance: 'cut',
  }),
];

function exitThree(at, more = {}) {
  return script(`sleep ${at}; exit 3`, more);
}

/** The compose file of a scenario; DM_RUN is for Compose to fill in. JSON is YAML. */
export function composeText({ services }) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Compose's placeholder
  const labels = { 'dm-scenario': '${DM_RUN}' };
  return JSON.stringify({
    services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, { ...service, labels }])),
  });
}
