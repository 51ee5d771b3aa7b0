// The health check: exit code 0 when the given path of this container's own server answers 2xx.
// In Node, because it is the one program that every base image of this application has (slim ones lack wget and curl).
const path = process.argv[2] ?? '/health';
const url = `http://127.0.0.1:${process.env.PORT ?? '8000'}${path}`;

const response = await fetch(url, { signal: AbortSignal.timeout(4000) }).catch((error) => ({
  ok: false,
  text: async () => `${error.cause ?? error}`,
}));
console.log((await response.text()).slice(0, 500));
process.exitCode = response.ok ? 0 : 1;
