// Somebody's program that holds a port: listen.mjs PORT [whatever its command line may hold]
import { createServer } from 'node:net';

createServer().listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('listening\n'));
