import { expect, it } from 'vitest';
import { checkVariant, publishedImages, withImages } from '../../src/domain/variant.js';

const MODEL = {
  name: 'shop',
  services: {
    db: { image: 'postgres:16', command: ['-c', 'fsync=off'] },
    app: { image: 'shop/app:1', build: { context: '.' } },
    worker: { build: { context: 'worker' } },
  },
};

it('other images, and what has one is not built', () => {
  expect(withImages(MODEL, { db: 'postgres:16-alpine', worker: 'busybox' }).services).toEqual({
    db: { image: 'postgres:16-alpine', command: ['-c', 'fsync=off'] },
    app: MODEL.services.app,
    worker: { image: 'busybox' },
  });
});

it('names a service that is not there', () => {
  expect(() => withImages(MODEL, { dd: 'x' })).toThrow(
    'there is no service "dd" to swap the image of; did you mean "db"?',
  );
});

it('published is what has an image as well as a build', () => {
  expect(publishedImages(MODEL)).toEqual({ app: 'shop/app:1' });
});

it.each(['alpine', 'regular', 'debian'])('%s is a variant', (name) => {
  expect(() => checkVariant(name, { debian: {} })).not.toThrow();
});

it('suggests the variant that was meant', () => {
  expect(() => checkVariant('debain', { debian: {} })).toThrow('there is no variant "debain"; did you mean "debian"?');
  expect(() => checkVariant('x', {})).toThrow('there is no variant "x" (there are regular, alpine)');
});
