import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { OPTIONS } from '../../scripts/action/bundle.mjs';
import { CACHE, installNode, nodeBinary } from '../../scripts/node-versions.mjs';

/** Why there is no Node 24 here, which GitHub's runner uses for actions; undefined where there is. */
export const NO_NODE_24 = reasonWithout(24);

export const NODE_24 = nodeBinary(24);

function reasonWithout(node: number): string | undefined {
  try {
    installNode(node);
    execFileSync(nodeBinary(node), ['--version']);
    return undefined;
  } catch (error) {
    return `Node ${node} is not to be had: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** Modules of src/ as the Action has them, on Node's own SQLite, for programs that run on Node 24. */
export class BundledModule implements Disposable {
  readonly #folder = mkdtempSync(join(CACHE, 'module-'));
  /** To be imported. */
  readonly path = join(this.#folder, 'module.mjs');

  static async of(exports: string): Promise<BundledModule> {
    const made = new BundledModule();
    const stdin = { contents: exports, resolveDir: new URL('../../', import.meta.url).pathname, loader: 'ts' } as const;
    await build({ ...OPTIONS, stdin, outfile: made.path });
    return made;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
