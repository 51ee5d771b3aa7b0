import Module, { createRequire } from 'node:module';

/**
 * Parts of dockerode, each one function, with libraries of their own that hardly anybody needs: gRPC for builds (which are
 * Compose's here), and SSH. Loaded when they are called: 33 ms instead of 125 for each command that talks to the engine.
 */
const RARE = ['./session', 'docker-modem/lib/ssh'] as const;

/** Whoever else in this process uses dockerode gets the same functions, and what was loaded already stays. */
function loadLater(): void {
  let require: NodeJS.Require;
  try {
    require = createRequire(createRequire(import.meta.url).resolve('dockerode'));
  } catch {
    return; // bundled into one file, where nothing is loaded
  }
  for (const part of RARE) {
    const file = require.resolve(part);
    if (file in require.cache) continue;
    const placeholder = new Module(file);
    placeholder.loaded = true;
    placeholder.exports = function (this: unknown, ...args: unknown[]) {
      if (require.cache[file] === placeholder) delete require.cache[file];
      return require(file).apply(this, args);
    };
    require.cache[file] = placeholder;
  }
}

loadLater();
const { default: Docker } = await import('dockerode');

export default Docker;
