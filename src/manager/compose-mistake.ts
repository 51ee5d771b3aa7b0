import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { EnvironmentError } from '../domain/errors.js';
import type { Spec } from '../domain/lease.js';
import { suggest } from '../domain/suggest.js';

/** Keys of a file and of a service in it, as the Compose specification has them: for suggestions, never for a judgement. */
const FILE_KEYS = 'configs include name networks secrets services volumes version'.split(' ');
const SERVICE_KEYS = (
  'annotations attach build blkio_config cap_add cap_drop cgroup cgroup_parent command configs container_name ' +
  'cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec ' +
  'depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file ' +
  'environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation ' +
  'labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks ' +
  'oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles pull_policy ' +
  'read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt ' +
  'sysctls tmpfs tty ulimits user userns_mode uts volumes volumes_from working_dir'
).split(' ');

/** The same error, with line and likely meaning where its file shows them; Compose itself often says neither. */
export function located(error: unknown, files: Spec): unknown {
  if (!(error instanceof EnvironmentError) || error.code !== 'COMPOSE_FILE_INVALID') return error;
  const reason = String(error.params.reason);
  const remark = remarkOn(reason, files.files);
  return remark === undefined
    ? error
    : new EnvironmentError(error.code, { ...error.params, reason: `${reason} (${remark})` }, error);
}

function remarkOn(reason: string, files: readonly string[]): string | undefined {
  if (reason.includes('yaml: ')) return first(files, syntaxRemark);
  const key = /(?:(?<path>\S+) )?Additional propert(?:y|ies) (?<key>\S+) (?:is|are) not allowed/i.exec(reason)?.groups;
  if (key) return first(files, (file) => keyRemark(file, key.path ?? '', key.key as string));
  const dependency = /service "(?<service>[^"]+)" depends on undefined service "?(?<missing>[^": ]+)/.exec(
    reason,
  )?.groups;
  if (dependency)
    return first(files, (file) => dependencyRemark(file, dependency.service as string, dependency.missing as string));
  return undefined;
}

function first(files: readonly string[], remark: (file: string) => string | undefined): string | undefined {
  for (const file of files) {
    const found = remark(file);
    if (found) return found;
  }
  return undefined;
}

function syntaxRemark(file: string): string | undefined {
  const [problem] = read(file).documents.flatMap((document) => document.errors);
  const [place] = problem?.linePos ?? [];
  if (!problem || !place) return undefined;
  return `${file}, line ${place.line}, column ${place.col}: ${problem.message.split(/ at line \d+/)[0]}`;
}

function keyRemark(file: string, path: string, key: string): string | undefined {
  const parents = path === '' || path === '(root)' ? [] : path.split('.');
  const line = lineOf(file, [...parents, key]);
  if (line === undefined) return undefined;
  const keys = parents.length === 0 ? FILE_KEYS : parents.length === 2 && parents[0] === 'services' ? SERVICE_KEYS : [];
  const near = suggest(key, keys);
  return `line ${line}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function dependencyRemark(file: string, service: string, missing: string): string | undefined {
  const line = lineOf(file, ['services', service, 'depends_on']);
  if (line === undefined) return undefined;
  const services = read(file).documents.flatMap((document) => {
    const map = document.get('services');
    return isMap(map) ? map.items.map((item) => String(item.key)) : [];
  });
  const near = suggest(missing, services);
  return `line ${line}; ${near === undefined ? `there are: ${services.join(', ')}` : `did you mean "${near}"?`}`;
}

/** Of the key itself, and not of what it holds. Counts from 1. */
function lineOf(file: string, path: readonly string[]): number | undefined {
  const { documents, lines } = read(file);
  for (const document of documents) {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path.at(-1)) : undefined;
    if (isNode(pair?.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
  }
  return undefined;
}

function read(file: string): { documents: Document[]; lines: LineCounter } {
  const lines = new LineCounter();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // it was there when Compose read it
  }
  return {
    documents: parseAllDocuments(text, { lineCounter: lines, merge: true, logLevel: 'silent' }) as Document[],
    lines,
  };
}
