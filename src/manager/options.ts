import { EnvironmentError } from '../domain/errors.js';
import { suggest } from '../domain/suggest.js';

/** Refuses an option that nobody would read. @throws OPTION_INVALID with the likeliest spelling */
export function checkKeys(call: string, options: object, known: readonly string[]): void {
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    const near = suggest(option, known);
    const reason = `${call}() knows no such option${near ? `; did you mean "${near}"?` : ` (it has ${known.join(', ')})`}`;
    throw new EnvironmentError('OPTION_INVALID', { option, reason, command: 'start' });
  }
}
