import { execa } from 'execa';
import { expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';

it('of bash completes commands, and the options of each', async () => {
  const { stdout } = await runCli(['completion', 'bash']);
  const complete = async (...words: string[]) => {
    const script = `${stdout}\nCOMP_WORDS=(docker-manual ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_docker_manual; echo "\${COMPREPLY[@]}"`;
    return (await execa('bash', ['-c', script])).stdout;
  };
  expect(await complete('sta')).toBe('start status stats');
  expect(await complete('logs', '--fo')).toBe('--follow');
});

it.each(['zsh', 'fish'])('of %s names every command', async (shell) => {
  const { stdout, exitCode } = await runCli(['completion', shell]);
  expect(exitCode).toBe(0);
  for (const command of ['start', 'logs', 'doctor', 'completion']) expect(stdout).toContain(command);
});

it('of another shell is refused', async () => {
  expect(await runCli(['completion', 'tcsh'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('none of bash, zsh, fish'),
  });
});
