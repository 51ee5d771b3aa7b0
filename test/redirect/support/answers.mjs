import { once } from 'node:events';

export const PUBLISHED = Number(process.env.PUBLISHED);
export const LEASED = Number(process.env.LEASED);

/** What the server at the other end of a new socket says until it closes, or why there is none. */
export async function said(open) {
  const chunks = [];
  try {
    const socket = open().on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    return chunks.join('');
  } catch (error) {
    return error.code ?? error.message;
  }
}

/** Writes what each of these comes to, one after the other, for the test to read. */
export async function report(forms) {
  const answers = {};
  for (const [name, form] of Object.entries(forms)) answers[name] = await form();
  process.stdout.write(JSON.stringify(answers));
}
