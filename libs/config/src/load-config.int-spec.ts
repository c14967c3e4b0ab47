import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import type { Environment } from './environment.js';
import { loadClientConfig, loadConfig } from './load-config.js';
import { parseDeployment } from './parse-deployment.js';
import { aDeploymentFile } from './testing/index.js';

function problemsOf(env: Environment): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-config-'));
    file = join(folder, 'deployment.json');
    writeFileSync(file, JSON.stringify(aDeploymentFile()));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('fills in the defaults', () => {
    expect(loadConfig({ HEADWATER_DEPLOYMENT: file })).toEqual({
      dataDir: resolve('.headwater'),
      deployment: parseDeployment(aDeploymentFile()),
      port: 3000,
      host: '127.0.0.1',
      logLevel: 'info',
      pollMs: 500,
      reconcileFullMax: 5_000,
      reconcileSample: 1_000,
    });
  });

  it('takes every setting from the environment', () => {
    const config = loadConfig({
      HEADWATER_DEPLOYMENT: file,
      HEADWATER_DATA_DIR: folder,
      DATABASE_URL: 'postgres://user:word@localhost:5432/headwater',
      HEADWATER_OPERATOR_KEY: `0x${'AB'.repeat(32)}`,
      PORT: '0',
      HOST: '::1',
      LOG_LEVEL: 'debug',
      HEADWATER_POLL_MS: '250',
      HEADWATER_RECONCILE_FULL_MAX: '40',
      HEADWATER_RECONCILE_SAMPLE: '7',
    });
    const { deployment, ...settings } = config;
    expect(deployment.name).toBe('testnet');
    expect(settings).toEqual({
      databaseUrl: 'postgres://user:word@localhost:5432/headwater',
      operatorKey: `0x${'ab'.repeat(32)}`,
      dataDir: folder,
      port: 0,
      host: '::1',
      logLevel: 'debug',
      pollMs: 250,
      reconcileFullMax: 40,
      reconcileSample: 7,
    });
  });

  it('looks for the deployment of the devnet in the data folder', () => {
    const path = join(folder, 'devnet', 'deployment.json');
    expect(problemsOf({ HEADWATER_DATA_DIR: folder })).toEqual([
      `HEADWATER_DEPLOYMENT: cannot read ${path}: ENOENT: no such file or directory, open '${path}'`,
    ]);
    mkdirSync(join(folder, 'devnet'));
    writeFileSync(path, JSON.stringify(aDeploymentFile()));
    expect(problemsOf({ HEADWATER_DATA_DIR: folder })).toEqual([]);
  });

  it('treats an empty variable as absent', () => {
    const env = { HEADWATER_DEPLOYMENT: file, PORT: '', DATABASE_URL: '' };
    expect(loadConfig(env).port).toBe(3000);
    expect(loadConfig(env).databaseUrl).toBeUndefined();
  });

  it('reports the problems of the environment and of the file together', () => {
    writeFileSync(file, JSON.stringify({ ...aDeploymentFile(), hub: 'moon' }));
    const env = {
      HEADWATER_DEPLOYMENT: file,
      PORT: '70000',
      LOG_LEVEL: 'loud',
      HEADWATER_POLL_MS: 'soon',
      HEADWATER_OPERATOR_KEY: '0xabc',
      HEADWATER_FAILPOINT: 'nowhere',
      DATABASE_URL: 'mysql://localhost/x',
    };
    expect(problemsOf(env).map((problem) => problem.split(':')[0])).toEqual([
      'DATABASE_URL',
      'HEADWATER_OPERATOR_KEY',
      'PORT',
      'LOG_LEVEL',
      'HEADWATER_POLL_MS',
      'HEADWATER_POLL_MS',
      'HEADWATER_POLL_MS',
      'HEADWATER_FAILPOINT',
      'deployment.hub',
    ]);
  });

  it('never repeats a secret in a problem', () => {
    const env = {
      HEADWATER_DEPLOYMENT: file,
      HEADWATER_OPERATOR_KEY: '0xdeadbeef',
      DATABASE_URL: 'mysql://user:word@localhost/x',
    };
    expect(problemsOf(env)).toEqual([
      'DATABASE_URL: must be a postgres:// address',
      'HEADWATER_OPERATOR_KEY: must be 0x and 64 hexadecimal digits',
    ]);
  });

  it.each([
    ['zero', '0x0'.padEnd(66, '0')],
    ['the curve order', '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
    ['the largest number', `0x${'f'.repeat(64)}`],
  ])('refuses %s as operator key', (_what, key) => {
    expect(problemsOf({ HEADWATER_DEPLOYMENT: file, HEADWATER_OPERATOR_KEY: key })).toEqual([
      'HEADWATER_OPERATOR_KEY: is no private key: it must be above zero and below the curve order',
    ]);
  });

  it('accepts the largest operator key', () => {
    const key = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140';
    expect(problemsOf({ HEADWATER_DEPLOYMENT: file, HEADWATER_OPERATOR_KEY: key })).toEqual([]);
  });

  it.each(['a b', ' ', 'http://a', '-a', 'a..b', '1.2.3', '999.0.0.1', '::g', 'a'.repeat(64)])(
    'refuses %j as host',
    (host) => {
      expect(problemsOf({ HEADWATER_DEPLOYMENT: file, HOST: host })).toEqual([
        'HOST: must be a host name or an IP address',
      ]);
    },
  );

  it.each(['localhost', '0.0.0.0', '::', 'api-1.example.com', '1st.example'])(
    'accepts %j as host',
    (host) => {
      expect(problemsOf({ HEADWATER_DEPLOYMENT: file, HOST: host })).toEqual([]);
    },
  );

  it('refuses a deployment that is not JSON', () => {
    writeFileSync(file, '{');
    expect(problemsOf({ HEADWATER_DEPLOYMENT: file })[0]).toMatch(
      /^HEADWATER_DEPLOYMENT: .*deployment\.json is not JSON: /,
    );
  });

  it('carries a stable code', () => {
    expect(new ConfigError(['PORT: wrong']).code).toBe('config.invalid');
  });
});

describe('loadClientConfig', () => {
  it('defaults to the API on this machine and drops a trailing slash', () => {
    expect(loadClientConfig({})).toEqual({ apiUrl: 'http://127.0.0.1:3000' });
    expect(loadClientConfig({ HEADWATER_API_URL: 'https://api.example/' })).toEqual({
      apiUrl: 'https://api.example',
    });
  });

  it('refuses an address that is none', () => {
    expect(() => loadClientConfig({ HEADWATER_API_URL: 'api' })).toThrow(
      new ConfigError(['HEADWATER_API_URL: must be an http or https address']),
    );
  });
});
