#!/usr/bin/env node
import 'reflect-metadata';
import { EXIT } from './exit-codes.js';
import { runCli } from './run-cli.js';

// `headwater farms | head` closes the pipe early; that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

try {
  process.exitCode = await runCli({
    args: process.argv.slice(2),
    stdout: { isTty: process.stdout.isTTY, write: (text) => process.stdout.write(text) },
    stderr: { isTty: process.stderr.isTTY, write: (text) => process.stderr.write(text) },
  });
} catch (error) {
  const text = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`headwater failed; this is a bug:\n${text}\n`);
  process.exitCode = EXIT.fault;
}
