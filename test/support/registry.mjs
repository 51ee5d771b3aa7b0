// An image registry that refuses in every way that registries refuse; run on a private engine's network:
//   registry.mjs PORT [--tell]   prints "listening" once it does, and "asked" when it will never answer; with --tell each
//                                request. "small" is an image that can be pulled.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

/** More than the disk of the engine that pulls it. Random bytes cannot be compressed. */
const layer = gzipSync(Buffer.concat([tarHeader('large', 40_000_000), randomBytes(40_000_000), Buffer.alloc(2048)]), {
  level: 0,
});
const smallTar = Buffer.concat([tarHeader('small', 3_000_000), randomBytes(3_000_000), Buffer.alloc(448 + 1024)]);
const small = gzipSync(smallTar, { level: 0 });
const smallConfig = Buffer.from(
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digest(smallTar)] },
  }),
);
const smallManifest = manifestOf(smallConfig, small);
const config = Buffer.from(
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digest(layer)] },
  }),
);
const manifest = manifestOf(config, layer);
const list = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifests: [
      {
        ...descriptor('application/vnd.docker.distribution.manifest.v2+json', manifest),
        platform: { architecture: 's390x', os: 'linux' },
      },
    ],
  }),
);

const REFUSALS = {
  limited: [429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'],
  denied: [403, 'DENIED', 'requested access to the resource is denied'],
  unknown: [404, 'MANIFEST_UNKNOWN', 'manifest unknown'],
  broken: [500, 'UNKNOWN', 'unknown error'],
};

createServer((request, response) => {
  if (process.argv.includes('--tell')) process.stdout.write(`${request.method} ${request.url}\n`);
  const [, repository, kind, name] = /^\/v2\/(\w+)\/(manifests|blobs)\/(.+)$/.exec(request.url) ?? [];
  if (repository === 'hanging') {
    process.stdout.write('asked\n');
    return;
  }
  const refusal = REFUSALS[repository];
  if (refusal) {
    const [status, code, message] = refusal;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
    return;
  }
  if (repository === 'private') {
    response.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="registry"' });
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
    return;
  }
  if (kind === undefined) {
    response.writeHead(200).end('{}');
    return;
  }
  const body = contentOf(repository, kind, name);
  const type = kind === 'manifests' ? JSON.parse(body).mediaType : 'application/octet-stream';
  response.writeHead(200, {
    'content-type': type,
    'content-length': body.length,
    'docker-content-digest': digest(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('listening\n'));

function contentOf(repository, kind, name) {
  if (repository === 'small') {
    if (kind === 'manifests') return smallManifest;
    return name === digest(smallConfig) ? smallConfig : small;
  }
  if (kind === 'blobs') return name === digest(config) ? config : layer;
  return repository === 'foreign' && name !== digest(manifest) ? list : manifest;
}

function manifestOf(configuration, ...layers) {
  const type = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: descriptor('application/vnd.docker.container.image.v1+json', configuration),
      layers: layers.map((each) => descriptor(type, each)),
    }),
  );
}

function descriptor(mediaType, content) {
  return { mediaType, size: content.length, digest: digest(content) };
}

function digest(content) {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** One file's header of the ustar format. */
function tarHeader(name, size) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
