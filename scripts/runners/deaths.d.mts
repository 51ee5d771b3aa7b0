export interface Death {
  readonly name: string;
}
export const DEATHS: readonly Death[];
export function die(
  runner: string,
  node: number | undefined,
  death: Death,
): Promise<{ readonly cleanMs?: number | null; readonly problem?: string; readonly skipped?: string }>;
