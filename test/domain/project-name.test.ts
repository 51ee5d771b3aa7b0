import { describe, expect, it } from 'vitest';
import { PROJECT_NAME, projectBase, projectName } from '../../src/domain/project-name.js';

describe('project names', () => {
  it.each([
    ['Shop', 'shop'],
    ['my shop!', 'myshop'],
    ['_x-1', 'x-1'],
    ['a'.repeat(80), 'a'.repeat(54)],
  ])('%s', (text, base) => {
    expect(projectBase(text)).toBe(base);
    expect(projectName(base, '0123456789abcdef')).toMatch(PROJECT_NAME);
  });

  it('needs a letter or digit', () => {
    expect(() => projectBase('!!')).toThrowError(expect.objectContaining({ code: 'PROJECT_NAME_INVALID' }));
  });
});
