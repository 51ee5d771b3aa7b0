import { describe, expect, it } from 'vitest';
import { checkProfiles } from '../../src/manager/profiles.js';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const FILE = `
services:
  web: { image: web }
  mail: { image: mail, profiles: [debug, mail] }
`;

function check(asked: readonly string[], active: readonly string[]): void {
  const scope = new Scope({ engine: new FakeEngine({ name: 'shop', services: {} }) });
  const file = scope.file('compose.yml', FILE);
  const services = active.length > 0 ? { web: {}, mail: { profiles: active } } : { web: {} };
  checkProfiles({ files: [file], directory: scope.folder, profiles: asked, envFiles: [] }, { name: 'shop', services });
}

describe('a profile', () => {
  it('that a service has is taken, and so are all of them', () => {
    expect(() => check(['mail'], ['debug', 'mail'])).not.toThrow();
    expect(() => check(['*'], ['debug', 'mail'])).not.toThrow();
  });

  it('that nothing has is refused, with the likeliest one', () => {
    expect(() => check(['debgu'], [])).toThrow('no service of');
    expect(() => check(['debgu'], [])).toThrow('has "debgu"; did you mean "debug"?');
    expect(() => check(['production'], [])).toThrow('there are debug, mail');
  });
});
