/** Labels that say whose an object is. Nothing is removed without them. */
export const LABEL = {
  lease: 'dev.docker-manual.lease',
  generation: 'dev.docker-manual.generation',
  store: 'dev.docker-manual.store',
} as const;

export type Labels = Readonly<Record<string, string>>;

export function leaseLabels(leaseId: string, generation: number, storeId: string): Labels {
  return { [LABEL.lease]: leaseId, [LABEL.generation]: String(generation), [LABEL.store]: storeId };
}
