/**
 * The part of the API that the command line needs before it knows which command is meant. index.ts has it too, and costs
 * 30 ms more to load: half of what `--help` may take.
 */
export { defaultOf, ENTRIES, type OptionEntry, type OptionName } from './domain/options/table.js';
