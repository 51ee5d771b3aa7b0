import { describe, expect, it } from 'vitest';
import type { ComposeModel, DependencyModel } from '../../src/domain/model.js';
import { levels } from '../../src/domain/order.js';

function model(needs: Readonly<Record<string, readonly string[]>>): ComposeModel {
  const on = (names: readonly string[]) =>
    Object.fromEntries(names.map((name): [string, DependencyModel] => [name, { condition: 'service_healthy' }]));
  const services = Object.entries(needs).map(([name, names]) => [name, { depends_on: on(names) }] as const);
  return { name: 'shop', services: Object.fromEntries(services) };
}

describe('the order of services', () => {
  const shop = model({ web: ['api'], api: ['db', 'cache'], db: [], cache: [], lone: [] });

  it('has what others wait for before them', () => {
    expect(levels(shop, Object.keys(shop.services))).toEqual([['db', 'cache', 'lone'], ['api'], ['web']]);
  });

  it('holds among some of them too, also where what is between them is not meant', () => {
    expect(levels(shop, ['web', 'db'])).toEqual([['db'], ['web']]);
    expect(levels(shop, ['nosuch'])).toEqual([]);
  });

  it('ends where services wait for each other', () => {
    expect(levels(model({ a: ['b'], b: ['a'], c: [] }), ['a', 'b', 'c'])).toEqual([['c'], ['a', 'b']]);
  });
});
