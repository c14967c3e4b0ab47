/** Holds the shared test server until standard input closes: see `global-setup.ts`. */
import { once } from 'node:events';

import { startTestPostgres } from './test-database.js';

const server = await startTestPostgres();
process.stdout.write('ready\n');
process.stdin.resume();
await once(process.stdin, 'end');
await server.release();
