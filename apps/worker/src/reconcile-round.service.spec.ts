import { ChainRegistry } from '#chain';
import { EpochsService } from '#emission';
import { FarmStateStore } from '#farms';
import { RetryableError } from '#kernel';
import { Log } from '#observability';
import { ReconcileService } from '#reconcile';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { ReconcileRound } from './reconcile-round.service.js';

/** A round in the second half of an epoch; every comparison of it has the given outcome. */
async function aRound(outcome: string, reason: string | null) {
  const facts = { epoch: 7, runs: 0, lines: new Array<string>() };
  const notCompared = reason === null ? null : { reason, sentence: 'Chain beta was not compared.' };
  const report = { id: 1, outcome, comparedPairs: 0, driftWei: null };
  const line = (level: string) => (_fields: object, message: string) => {
    facts.lines.push(`${level}: ${message}`);
  };
  const module = await Test.createTestingModule({
    providers: [
      ReconcileRound,
      {
        provide: EpochsService,
        useValue: {
          clock: () => Promise.resolve({ epoch: facts.epoch, startsAt: 0, endsAt: 10, now: 9 }),
        },
      },
      {
        provide: ReconcileService,
        useValue: {
          run: () => {
            facts.runs += 1;
            return Promise.resolve({ ...report, chains: [{ differences: [], notCompared }] });
          },
        },
      },
      { provide: FarmStateStore, useValue: {} },
      { provide: ChainRegistry, useValue: {} },
      {
        provide: Log,
        useValue: { info: line('info'), warn: line('warn'), error: line('error') },
      },
    ],
  }).compile();
  return { facts, round: module.get(ReconcileRound) };
}

describe('ReconcileRound', () => {
  it.each([
    ['equal', null, 'info: ledger equals the chains'],
    ['different', null, 'error: ledger differs from the chains'],
    ['not-compared', 'nothing-posted', 'info: nothing to compare yet'],
  ])('reports %s once in an epoch', async (outcome, reason, expected) => {
    const { facts, round } = await aRound(outcome, reason);
    await round.run();
    await round.run();
    expect(facts).toMatchObject({ runs: 1, lines: [expected] });
    facts.epoch += 1;
    await round.run();
    expect(facts.runs).toBe(2);
  });

  it('tries again for a chain out of reach, five times in each epoch', async () => {
    const { facts, round } = await aRound('not-compared', 'unreadable');
    await expect(round.run()).rejects.toThrow(RetryableError);
    facts.epoch += 1;
    for (let attempt = 1; attempt < 5; attempt += 1) {
      await expect(round.run()).rejects.toThrow(RetryableError);
    }
    await round.run();
    await round.run();
    expect(facts.runs).toBe(6);
    expect(new Set(facts.lines)).toEqual(new Set(['warn: not every chain was compared']));
  });
});
