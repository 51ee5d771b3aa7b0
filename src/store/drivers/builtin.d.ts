/** As much of Node 24's `node:sqlite` as is used here; the types of Node 20 do not know it. */
declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(file: string);
    readonly isOpen: boolean;
    readonly isTransaction: boolean;
    exec(sql: string): void;
    prepare(sql: string): StatementSync;
    close(): void;
  }
  export interface StatementSync {
    run(...parameters: unknown[]): { changes: number; lastInsertRowid: number };
    get(...parameters: unknown[]): object | undefined;
    all(...parameters: unknown[]): object[];
  }
}
