/** One line of a dotenv file: double quotes, with what dotenv readers unescape in them. */
export function dotenvLine(name: string, value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('$', '\\$');
  return `${name}="${escaped}"`;
}
