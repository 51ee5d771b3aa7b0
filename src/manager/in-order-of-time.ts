interface Timed {
  readonly time: number | null;
}

/** Each stream is in order already: the oldest of their next items is the next of all. Holds one item of each. */
export async function* inOrderOfTime<T extends Timed>(streams: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads: (T | undefined)[] = [];
    for (const iterator of iterators) heads.push(await next(iterator));
    for (;;) {
      const at = oldest(heads);
      const head = heads[at];
      if (head === undefined) return;
      yield head;
      heads[at] = await next(iterators[at] as AsyncIterator<T>);
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

async function next<T>(iterator: AsyncIterator<T>): Promise<T | undefined> {
  const result = await iterator.next();
  return result.done ? undefined : result.value;
}

/** Its place; -1 where nothing is left. */
function oldest(heads: readonly (Timed | undefined)[]): number {
  return heads.reduce((best, head, i) => {
    if (head === undefined) return best;
    const than = heads[best];
    return than === undefined || (head.time ?? 0) < (than.time ?? 0) ? i : best;
  }, -1);
}
