import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { toHex } from '#kernel';
import { AppConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import type { Deployment } from './deployment.js';
import { ClientVariables, type Environment, EnvironmentVariables } from './environment.js';
import { parseDeployment } from './parse-deployment.js';
import { problemsOf } from './problems.js';

/**
 * Reads the environment and the deployment file it names.
 *
 * @throws {ConfigError} with every problem of both, so that one restart is enough to mend them.
 */
export function loadConfig(env: Environment = process.env): AppConfig {
  const { variables, problems } = parseVariables(EnvironmentVariables, env);
  const dataDir = resolve(variables.HEADWATER_DATA_DIR);
  const deployment = readDeployment(
    variables.HEADWATER_DEPLOYMENT ?? join(dataDir, 'devnet', 'deployment.json'),
  );
  if (!deployment.ok || problems.length > 0) {
    throw new ConfigError([...problems, ...(deployment.ok ? [] : deployment.problems)]);
  }
  return new AppConfig({
    dataDir,
    deployment: deployment.value,
    port: variables.PORT,
    host: variables.HOST,
    logLevel: variables.LOG_LEVEL,
    pollMs: variables.HEADWATER_POLL_MS,
    reconcileFullMax: variables.HEADWATER_RECONCILE_FULL_MAX,
    reconcileSample: variables.HEADWATER_RECONCILE_SAMPLE,
    ...(variables.DATABASE_URL === undefined ? {} : { databaseUrl: variables.DATABASE_URL }),
    ...(variables.HEADWATER_OPERATOR_KEY === undefined
      ? {}
      : { operatorKey: toHex(variables.HEADWATER_OPERATOR_KEY) }),
  });
}

/**
 * Settings of a command that works on the database itself. It prints its answer, so the services
 * it uses write no log.
 *
 * @throws {ConfigError} as `loadConfig` does.
 */
export function loadOperatorConfig(env: Environment = process.env): AppConfig {
  return loadConfig({ ...env, LOG_LEVEL: 'silent' });
}

/**
 * Settings of a process that only talks to the API, such as the command line.
 *
 * @throws {ConfigError} when the address is malformed.
 */
export function loadClientConfig(env: Environment = process.env): { readonly apiUrl: string } {
  const { variables, problems } = parseVariables(ClientVariables, env);
  if (problems.length > 0) throw new ConfigError(problems);
  return { apiUrl: variables.HEADWATER_API_URL.replace(/\/+$/, '') };
}

/** An empty variable counts as absent, as in `PORT= npm start`. */
function parseVariables<Variables extends object>(
  shape: ClassConstructor<Variables>,
  env: Environment,
): { variables: Variables; problems: string[] } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const variables = plainToInstance(shape, given, { exposeDefaultValues: true });
  return { variables, problems: problemsOf(validateSync(variables)) };
}

type Reading =
  | { readonly ok: true; readonly value: Deployment }
  | { readonly ok: false; readonly problems: readonly string[] };

function readDeployment(path: string): Reading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return {
      ok: false,
      problems: [`HEADWATER_DEPLOYMENT: cannot read ${path}: ${reasonOf(error)}`],
    };
  }
  try {
    return { ok: true, value: parseDeployment(JSON.parse(text)) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, problems: error.problems };
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, problems: [`HEADWATER_DEPLOYMENT: ${path} is not JSON: ${error.message}`] };
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
