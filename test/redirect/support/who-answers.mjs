import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { said } from './answers.mjs';

/** Says who answers on the port, in whatever it was started as: a process, a forked one or a worker thread. */
const port = Number(workerData?.port ?? process.argv[2]);
const answer = await said(() => net.connect(port, 'localhost'));
if (parentPort) parentPort.postMessage(answer);
else if (process.send) process.send(answer, () => process.disconnect());
else process.stdout.write(answer);
