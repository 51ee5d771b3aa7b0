import net from 'node:net';
import { PUBLISHED, said } from './answers.mjs';

process.stdout.write(JSON.stringify(await said(() => net.connect(PUBLISHED, 'localhost'))));
