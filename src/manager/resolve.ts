import type { ComposeModel } from '../domain/model.js';
import type { ComposeFiles, Engine } from '../engine/engine.js';

/**
 * Files are resolved under this name, so that one answer serves every environment made of them; wherever it shows up
 * in the model (`${COMPOSE_PROJECT_NAME}`), the project's own name is put in.
 */
const PLACEHOLDER = 'docker-manual-placeholder-project';

/** Spec → model. @throws COMPOSE_FILE_INVALID */
export async function resolveModel(engine: Engine, files: ComposeFiles, signal: AbortSignal): Promise<ComposeModel> {
  return engine.resolve(files, PLACEHOLDER, signal);
}

export function modelOf(template: ComposeModel, project: string): ComposeModel {
  return JSON.parse(JSON.stringify(template).replaceAll(PLACEHOLDER, project)) as ComposeModel;
}
