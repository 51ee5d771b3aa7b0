import { readFileSync, statSync } from 'node:fs';
import { EnvironmentError } from '../domain/errors.js';
import type { ComposeModel } from '../domain/model.js';
import { type Masker, maskerFor, secretValues } from '../domain/secrets.js';

/** A secret file larger than this is no password. Bytes. */
const LARGEST_SECRET = 65_536;

/** Hides what the model holds of secrets, and what it only points at: its secret files and the variables that it names. */
export function modelMasker(model: ComposeModel, env: NodeJS.ProcessEnv): Masker {
  return maskerFor(model, pointedAt(model, env));
}

/** The values that {@link modelMasker} knows. */
export function modelSecrets(model: ComposeModel, env: NodeJS.ProcessEnv): string[] {
  return secretValues(model, pointedAt(model, env));
}

function pointedAt(model: ComposeModel, env: NodeJS.ProcessEnv): string[] {
  const values = Object.values(model.secrets ?? {}).flatMap((secret) => [
    secret?.environment ? (env[secret.environment] ?? '') : '',
    secret?.file ? readSecret(secret.file) : '',
  ]);
  return values.map((text) => text.trim());
}

/** The engine quotes commands, and commands hold passwords. */
export function maskedError(error: EnvironmentError, masker: Masker): EnvironmentError {
  const { code, params, cause, step, dossier } = error;
  const masked = Object.entries(params).map(([k, value]) => [
    k,
    typeof value === 'string' ? masker.text(value) : value,
  ]);
  return new EnvironmentError(code, Object.fromEntries(masked), { cause, step, dossier });
}

/** "" where it cannot be read. */
function readSecret(file: string): string {
  try {
    return statSync(file).size > LARGEST_SECRET ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
