import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../domain/errors.js';
import { imageFamily } from '../domain/image-family.js';
import { suggest } from '../domain/suggest.js';

/** Compose files of one service, called as the service is and as its family of images. */
const FOLDER = fileURLToPath(new URL('../../compose/templates/', import.meta.url));

/** A compose file of this package, and the image that one of its services is to have instead of its own. */
export interface FromTemplate {
  readonly file: string;
  readonly why: string;
  readonly images: Readonly<Record<string, string>>;
}

/** `--template postgres`. @throws OPTION_INVALID for one that there is not */
export function fromTemplate(name: string): FromTemplate {
  const names = templates();
  if (names.includes(name)) return { file: fileOf(name), why: `it is the template ${name}`, images: {} };
  const near = suggest(name, names);
  const reason = `there is no template "${name}"${near ? `; did you mean "${near}"?` : ''} (there are ${names.join(', ')})`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'template', reason, command: 'start' });
}

/** `--image redis:7`: the template of its family, with this image. @throws OPTION_INVALID for an image of no such family */
export function fromImage(image: string): FromTemplate {
  const service = imageFamily(image)?.name;
  if (service !== undefined && existsSync(fileOf(service))) {
    return { file: fileOf(service), why: `the image is one of the template ${service}`, images: { [service]: image } };
  }
  const reason = `no template knows how "${image}" is run (there are ${templates().join(', ')}): write a compose file for it`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'image', reason, command: 'start' });
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}.yml`);
}

function templates(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => name.slice(0, -'.yml'.length))
    .sort();
}
