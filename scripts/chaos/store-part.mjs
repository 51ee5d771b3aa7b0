import { fileURLToPath } from 'node:url';
import { run } from '../../bench/support/command.mjs';

/** An hour is longer than either takes on any machine. Milliseconds. */
const LIMIT = 3_600_000;

/** Beside processes that grab ports. */
const CROWD = ['--processes', '32', '--leases', '64', '--ports', '4', '--grabbers', '4'];
const CROWD_ROUNDS = 100;

/** `npm run chaos -- --only store`: see store-kills.mjs and claims.mjs. `rounds` is the number of writers killed. */
export async function store({ seed, rounds = 500, say }) {
  const kills = await script('store-kills.mjs', ['--kills', String(rounds), '--seed', String(seed)]);
  say(`${kills.kills} writers killed, ${kills.lost} of ${kills.acknowledged} acknowledged changes lost`);
  const claims = await script('claims.mjs', []);
  say(`${claims.comparedPorts} ports given out, ${claims.duplicates.ports} twice`);
  const crowd = await script('claims.mjs', [...CROWD, '--rounds', String(Math.min(rounds, CROWD_ROUNDS))]);
  say(
    `beside ${crowd.grabbed} ports grabbed by others ${crowd.comparedPorts} given out, ${crowd.duplicates.ports} twice`,
  );
  const rows = [
    ['writers killed', kills.kills],
    ['acknowledged changes', kills.acknowledged],
    ['of them lost', kills.lost],
    ['integrity of the database', kills.integrity],
    ['ports given out to processes that claim at once', claims.comparedPorts],
    ['ports, projects, subnets given out twice', Object.values(claims.duplicates).join(', ')],
    ['the same for 32 processes beside others that grab ports', crowd.comparedPorts],
    ['ports grabbed by the others meanwhile', crowd.grabbed],
    ['blocks exchanged, because one of the others was faster', crowd.exchanged],
    ['ports, projects, subnets given out twice', Object.values(crowd.duplicates).join(', ')],
  ];
  const problems = [kills, claims, crowd].flatMap(({ failed }) => (failed ? [{ round: 1, text: failed }] : []));
  return { rows, problems, raw: { kills, claims, crowd } };
}

async function script(name, args) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, [path, ...args], { limit: LIMIT });
  if (!stdout) throw new Error(`${name} ended with ${code}: ${stderr}`);
  return { ...JSON.parse(stdout), ...(code === 0 ? {} : { failed: `${name}: ${stdout}` }) };
}
