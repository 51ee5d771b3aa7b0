import { CREATING, type FailureRule, PULLING, STARTING } from './rule.js';

/**
 * What the engine itself says, whether by its API or quoted by Compose: Docker Engine 26 to 29, Docker Desktop, Podman.
 * In order: what is more special stands first.
 */
export const ENGINE_RULES: readonly FailureRule[] = [
  // A build's own words: whatever it goes on to quote is the program's, not the engine's.
  {
    during: ['compose build'],
    pattern: /process "(?:[^"\\]|\\.)*" did not complete successfully/,
    code: 'BUILD_FAILED',
  },
  // Anywhere: the state of the engine, of its disk.
  { pattern: /no space left on device|disk quota exceeded/i, code: 'ENGINE_DISK_FULL' },
  { pattern: /unable to get image '(?<image>[^']*)': .*invalid reference format/, code: 'IMAGE_REFERENCE_INVALID' },
  { pattern: /invalid reference format/, code: 'IMAGE_REFERENCE_INVALID' },
  // Names.
  {
    pattern: /container name "\/?(?<name>[^"]+)" is already in use by (?:container )?"?(?<holderId>[0-9a-f]{12,64})/,
    code: 'NAME_CONFLICT',
    params: { kind: 'container' },
  },
  {
    pattern: /network with name (?<name>\S+) already exists|network name (?<name2>\S+) already used/,
    code: 'NAME_CONFLICT',
    params: { kind: 'network' },
  },
  { pattern: /network (?<name>\S+) is ambiguous \(/, code: 'NAME_CONFLICT', params: { kind: 'network' } },
  // Networks and subnets.
  {
    pattern:
      /could not find an available, non-overlapping IPv4 address pool|predefined address pools have been fully subnetted|could not find free subnet from subnet pools/,
    code: 'NETWORKS_EXHAUSTED',
  },
  {
    pattern: /Pool overlaps with other one|subnet \S+ is already used on the host or by another config/,
    code: 'SUBNET_CONFLICT',
  },
  {
    during: STARTING,
    pattern: /no available IPv4 addresses on this network's address pools: (?<network>\S+)/,
    code: 'NETWORK_FULL',
  },
  // Ports. The number is missing where a whole range is used up.
  {
    during: STARTING,
    pattern: /listen (?:tcp|udp)[46]? (?<address>\S+):\d+: bind: cannot assign requested address/,
    code: 'ADDRESS_NOT_ON_HOST',
  },
  {
    during: STARTING,
    pattern: /failed to bind host port (?:for )?(?<address>\S+?):\d+[:/]\S*: cannot assign requested address/,
    code: 'ADDRESS_NOT_ON_HOST',
  },
  { during: STARTING, pattern: /Bind for \S+:(?<port>\d+) failed: port is already allocated/, code: 'PORT_CONFLICT' },
  {
    during: STARTING,
    pattern: /ports are not available: exposing port \w+ \S+:(?<port>\d+) ->/i,
    code: 'PORT_CONFLICT',
  },
  {
    during: STARTING,
    pattern: /failed to bind host port (?:for )?\S*?:(?<port>\d+)[:/]\S*: address already in use/,
    code: 'PORT_CONFLICT',
  },
  {
    during: STARTING,
    pattern: /listen (?:tcp|udp)[46]? \S+:(?<port>\d+): bind: address already in use/,
    code: 'PORT_CONFLICT',
  },
  { during: STARTING, pattern: /all ports are allocated/, code: 'PORT_CONFLICT' },
  // Removals.
  {
    during: ['remove network'],
    pattern: /network (?<name>\S+) (?:id \S+ )?has active endpoints/,
    code: 'OBJECT_IN_USE',
    params: { kind: 'network' },
  },
  {
    during: ['remove volume'],
    pattern: /remove (?<name>\S+): volume is in use|volume is being used by the following container/,
    code: 'OBJECT_IN_USE',
    params: { kind: 'volume' },
  },
  // Mounts and commands.
  {
    during: CREATING,
    pattern: /invalid mount config for type "\w+": (?<reason>[^\n]+)|(?<reason2>Mounts denied:[^\n]*\n?[^\n]*)/,
    code: 'MOUNT_INVALID',
  },
  {
    during: STARTING,
    pattern: /(?<reason>error mounting "[^"]*" to rootfs at [^\n]*)|(?<reason2>Mounts denied:[^\n]*\n?[^\n]*)/,
    code: 'MOUNT_INVALID',
  },
  {
    during: STARTING,
    pattern:
      /exec: "(?<command>[^"]*)": (?<reason>.*?no such file or directory|executable file not found in \$PATH|permission denied|is a directory|exec format error)|executable file [`'"]?(?<command2>[^`'"\s]+)[`'"]? (?<reason2>not found in \$PATH|not found)/,
    code: 'COMMAND_INVALID',
  },
  // What is declared to be there already.
  {
    during: CREATING,
    pattern:
      /(?<kind>network|volume) (?<name>\S+) declared as external, but could not be found|external (?<kind2>volume) "(?<name2>[^"]+)" not found/,
    code: 'EXTERNAL_MISSING',
  },
  {
    during: ['compose create', 'compose up'],
    pattern: /(?<kind>network) (?![0-9a-f]{64}\b)(?<name>\S+) not found/,
    code: 'EXTERNAL_MISSING',
  },
  // Images. A pull that is cancelled because its sibling failed claims that no daemon runs: these stand before that.
  {
    during: PULLING,
    pattern: /toomanyrequests|429 Too Many Requests|reached your (?:unauthenticated )?pull rate limit/,
    code: 'REGISTRY_RATE_LIMITED',
  },
  { during: PULLING, pattern: /error getting credentials - err: /, code: 'CREDENTIAL_HELPER_FAILED' },
  {
    during: PULLING,
    pattern: /no matching manifest for (?<platform>\S+)|no match for platform in manifest/,
    code: 'IMAGE_PLATFORM_MISSING',
  },
  {
    during: [...PULLING, 'create container'],
    pattern:
      /No such image: (?<image>\S+)|manifest unknown|manifest for (?<image2>\S+) not found|pull access denied|repository does not exist|insufficient_scope|no basic auth credentials|(?:^|daemon: )(?:unauthorized|denied)\b|failed to resolve (?:reference|source metadata)[^\n]*: not found/m,
    code: 'IMAGE_UNAVAILABLE',
  },
  {
    during: PULLING,
    pattern: /(?:Get|Head|Post) "?https?:\/\/(?!%2F)(?![^\s"]*\/v1\.\d+\/)(?<registry>[^\s/"]+)/,
    code: 'REGISTRY_UNREACHABLE',
  },
  {
    during: PULLING,
    pattern:
      /received unexpected HTTP status: 5\d\d|unexpected status[^\n]*: 5\d\d|failed to resolve (?:reference|source metadata)|proxyconnect tcp|x509: /,
    code: 'REGISTRY_UNREACHABLE',
  },
  // What only the machine's owner can mend.
  {
    pattern:
      /iptables failed|Failed to Setup IP tables|sandbox pair interfaces: operation not supported|cgroup mountpoint does not exist|no cgroup mount found|mountpoint for \w+ not found|unable to apply cgroup configuration|cgroups: cannot find cgroup mount|Devices cgroup isn't mounted/i,
    code: 'ENGINE_BROKEN',
  },
  // The same words as of a port, but of an address within the network: the file gives it twice.
  { during: STARTING, pattern: /Address already in use/, code: 'START_FAILED' },
  {
    during: STARTING,
    pattern: /failed to set up container networking|driver failed programming external connectivity/,
    code: 'ENGINE_BROKEN',
  },
];

/** What Node says when the engine cannot be talked to: no answer, so no status. */
export const CLIENT_RULES: readonly FailureRule[] = [
  { status: null, pattern: /EACCES|EPERM/, code: 'ENGINE_FORBIDDEN' },
  {
    status: null,
    pattern:
      /ENOENT|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET|EPIPE|socket hang up|^aborted$/,
    code: 'ENGINE_UNAVAILABLE',
  },
];
