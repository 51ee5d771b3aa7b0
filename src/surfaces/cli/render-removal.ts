import type { Removal } from '../../index.js';

export function removalText(removal: Removal, nothing: string, verb = 'removed'): string {
  const lines = [
    ...removal.removed.map(({ project, cause }) => `${verb} ${project}: ${cause}`),
    ...removal.kept.map(({ project, cause }) => `kept ${project}: ${cause}`),
  ];
  return `${lines.length === 0 ? nothing : lines.join('\n')}\n`;
}
