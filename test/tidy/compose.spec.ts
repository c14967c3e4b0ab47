import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './repository.js';

interface Service {
  readonly image: string;
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on?: unknown;
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<'postgres' | 'api' | 'worker', Service>>;
};
const { postgres, api, worker } = services;

describe('docker-compose.yml', () => {
  it('runs Postgres, the API and the worker', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'api', 'worker']);
  });

  it.each(Object.entries(services))('runs %s without privileges', (_name, service) => {
    expect(service.user).toMatch(/^(node|postgres)$/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
  });

  it('gives the API and the worker the same image, database and deployment', () => {
    const shared = ['DATABASE_URL', 'HEADWATER_DEPLOYMENT', 'HEADWATER_DATA_DIR', 'LOG_LEVEL'];
    expect(worker.image).toBe(api.image);
    for (const name of shared) expect(worker.environment[name], name).toBe(api.environment[name]);
    expect(api.command).toEqual(['node', 'dist/apps/api/src/main.js']);
    expect(worker.command).toEqual(['node', 'dist/apps/worker/src/main.js']);
  });

  it('waits for a healthy database', () => {
    const healthy = { postgres: { condition: 'service_healthy' } };
    expect([api.depends_on, worker.depends_on]).toEqual([healthy, healthy]);
  });

  it('publishes the API on this machine only, and nothing else', () => {
    expect([postgres.ports, api.ports, worker.ports]).toEqual([
      undefined,
      ['127.0.0.1:3000:3000'],
      undefined,
    ]);
  });

  it('gives the key to the worker alone and has a default for no secret', () => {
    expect(api.environment['HEADWATER_OPERATOR_KEY']).toBeUndefined();
    expect(worker.environment['HEADWATER_OPERATOR_KEY']).toBe('${HEADWATER_OPERATOR_KEY:?set it}');
    expect(postgres.environment['POSTGRES_PASSWORD']).toBe('${POSTGRES_PASSWORD:?set it}');
    expect(api.environment['DATABASE_URL']).toBe(
      'postgres://headwater:${POSTGRES_PASSWORD:?set it}@postgres:5432/headwater',
    );
  });

  it('pins the database to an exact release', () => {
    expect(postgres.image).toMatch(/^postgres:\d+\.\d+/);
  });
});
