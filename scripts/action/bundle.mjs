// Makes action/ from src/: everything a job needs to run the Action, in plain JavaScript that no one has to install.
//   node scripts/action/bundle.mjs [FOLDER]      `npm run bundle`; FOLDER is action/ by default
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The same tree as dist/ has, because files that are started as processes find each other by their places in it: the
 * watchdog, what it runs, and the preload of the redirect. Shared code lies one level deep for the same reason.
 */
const ENTRIES = {
  'surfaces/action/main': 'src/surfaces/action/main.ts',
  'surfaces/action/post': 'src/surfaces/action/post.ts',
  'surfaces/cli/main': 'src/surfaces/cli/main.ts',
  'watchdog/main': 'src/watchdog/main.ts',
};

/** CommonJS packages ask for Node's own modules, and ssh2 for its folder. */
const BANNER =
  "import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;";

/** Node's own SQLite instead of a package with a native file for each platform. */
const nodeSqlite = {
  name: 'node-sqlite',
  setup(builder) {
    builder.onResolve({ filter: /\/drivers\/better-sqlite3\.js$/ }, () => ({
      path: join(ROOT, 'src/store/drivers/node-sqlite.ts'),
    }));
  },
};

/** What no code path of ours reaches, and which weighs more than all the rest; a call of it is a bug and says so. */
const UNREACHED = [
  // The gRPC session of dockerode's image builds: builds are Compose's.
  [/^\.\/session$/, /dockerode/],
  // Its reader of the same builds' progress, with protobufjs.
  [/^\.\/buildkit$/, /dockerode/],
  // The HTTP client of @actions/core's OpenID tokens, with undici in it.
  [/^@actions\/http-client/, /./],
];

const unreached = {
  name: 'unreached',
  setup(builder) {
    for (const [what, importer] of UNREACHED) {
      builder.onResolve({ filter: what }, (found) =>
        importer.test(found.importer) ? { path: found.path, namespace: 'unreached' } : undefined,
      );
    }
    builder.onLoad({ filter: /.*/, namespace: 'unreached' }, ({ path }) => ({
      contents: `const no = () => { throw new Error(${JSON.stringify(`${path} is not in this bundle`)}); };
        module.exports = Object.assign(no, { HttpClient: no, BearerCredentialHandler: no });`,
    }));
  },
};

/** Common to the Action and to tests of single parts on Node 24. */
export const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  banner: { js: BANNER },
  legalComments: 'none',
  logLevel: 'warning',
  // Optional native parts of ssh2, and colours of debug, which do without them.
  external: ['cpu-features', '*.node', 'supports-color'],
  plugins: [nodeSqlite, unreached],
};

/** @returns the size of each file by its path, in bytes */
export async function bundle(folder = join(ROOT, 'action')) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    ...OPTIONS,
    entryPoints: ENTRIES,
    outdir: folder,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
  });
  await build({
    absWorkingDir: ROOT,
    entryPoints: { 'redirect/preload': 'src/redirect/preload.cts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    outExtension: { '.js': '.cjs' },
    outdir: folder,
    logLevel: 'warning',
  });
  return sizes(folder);
}

/** Path below the folder → bytes. */
export function sizes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), statSync(path).size]),
  );
}

/** The files of a bundle with their text, to compare two of them. */
export function contents(folder) {
  return Object.fromEntries(Object.keys(sizes(folder)).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = Object.entries(await bundle(process.argv[2]));
  const total = made.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [path, bytes] of made) console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KiB  ${path}`);
  console.log(`${(total / 1024).toFixed(1).padStart(8)} KiB  in ${made.length} files`);
}
