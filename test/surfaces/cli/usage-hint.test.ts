import { expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';

it.each([
  [['start', '--prots', '1'], '(Did you mean --ports?)\n  hint: See `docker-manual start --help`.'],
  [['strat'], '(Did you mean start?)\n  hint: `docker-manual --help` lists the commands.'],
  [['start', 'compose.yml'], 'hint: A compose file is named with -f FILE. See `docker-manual start --help`.'],
  [['status', 'shop'], 'hint: Of one environment tells `docker-manual describe NAME`.'],
  [['run'], 'hint: docker-manual run [options] <command...>.'],
  [['--verbose', 'stop'], 'hint: Options come after the command: docker-manual stop --verbose …'],
])('%j is answered by what to type', async (args, words) => {
  expect(await runCli(args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) });
});

it('names the command in the envelope of --json', async () => {
  const { stdout } = await runCli(['start', '--prots', '1', '--json']);
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'OPTION_INVALID', hint: 'See `docker-manual start --help`.' });
});
