export const CACHE: string;
export const THIS_NODE: number;
export function nodeBinary(node: number): string;
export function installNode(node: number): void;
