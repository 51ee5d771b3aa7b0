import { describe, expect, it } from 'vitest';
import { checkProfiles } from '../../src/manager/profiles.js';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const FILE = `
services:
  web: { image: web }
  mail: { image: mail, profiles: [debug, mail] }
`;

function check(asked: readonly string[], active: readonly string[]): Promise<void> {
  const scope = new Scope({ engine: new FakeEngine({ name: 'shop', services: {} }) });
  const file = scope.file('compose.yml', FILE);
  const services = active.length > 0 ? { web: {}, mail: { profiles: active } } : { web: {} };
  return checkProfiles(
    { files: [file], directory: scope.folder, profiles: asked, envFiles: [] },
    { name: 'shop', services },
  );
}

describe('a profile', () => {
  it('that a service has is taken, and so are all of them', async () => {
    await expect(check(['mail'], ['debug', 'mail'])).resolves.toBeUndefined();
    await expect(check(['*'], ['debug', 'mail'])).resolves.toBeUndefined();
  });

  it('that nothing has is refused, with the likeliest one', async () => {
    await expect(check(['debgu'], [])).rejects.toThrow('no service of');
    await expect(check(['debgu'], [])).rejects.toThrow('has "debgu"; did you mean "debug"?');
    await expect(check(['production'], [])).rejects.toThrow('there are debug, mail');
  });
});
