import { expect, it } from 'vitest';
import { inOrderOfTime } from '../../src/manager/in-order-of-time.js';

async function* stream(...times: number[]) {
  for (const time of times) yield { time };
}

it('merges streams by time and keeps the order of each', async () => {
  const merged: number[] = [];
  for await (const { time } of inOrderOfTime([stream(1, 4, 4, 9), stream(), stream(2, 3, 10)])) merged.push(time);
  expect(merged).toEqual([1, 2, 3, 4, 4, 9, 10]);
});

it('closes every stream when its reader stops', async () => {
  let closed = 0;
  async function* endless() {
    try {
      for (let time = 0; ; time++) yield { time };
    } finally {
      closed += 1;
    }
  }
  for await (const { time } of inOrderOfTime([endless(), endless()])) if (time > 2) break;
  expect(closed).toBe(2);
});
