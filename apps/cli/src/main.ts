#!/usr/bin/env node
import 'reflect-metadata';
import { runCli } from './run-cli.js';

process.exitCode = await runCli({
  args: process.argv.slice(2),
  stdout: { isTty: process.stdout.isTTY, write: (text) => process.stdout.write(text) },
  stderr: { isTty: process.stderr.isTTY, write: (text) => process.stderr.write(text) },
});
