import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EndpointHealth } from './endpoint-health.js';
import { InFlightLimit } from './in-flight-limit.js';
import { Pace } from './pace.js';

describe('endpoint health', () => {
  it('asks a sick endpoint at most once a second, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 200 }), (pauses) => {
        const health = new EndpointHealth();
        const asked: number[] = [];
        let nowMs = 0;
        for (const pause of pauses) {
          nowMs += pause;
          if (!health.tryBegin(nowMs)) continue;
          asked.push(nowMs);
          health.failed({ nowMs, chance: 0 });
        }
        const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
        expect(gaps.every((gap) => gap >= 1_000)).toBe(true);
      }),
    );
  });

  it('rests twice as long after each failure, up to four seconds, and a little longer by chance', () => {
    const health = new EndpointHealth();
    const rests: number[] = [];
    let nowMs = 0;
    for (const chance of [0, 0, 0, 0, 0.5]) {
      health.tryBegin(nowMs);
      health.failed({ nowMs, chance });
      let waitMs = 0;
      while (!health.tryBegin(nowMs + waitMs)) waitMs += 100;
      rests.push(waitMs);
      nowMs += waitMs;
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 4_000, 6_000]);
  });

  it('lets a single question through after the rest, and all after its answer', () => {
    const health = new EndpointHealth();
    health.failed({ nowMs: 0, chance: 0 });
    expect([health.tryBegin(999), health.tryBegin(1_000), health.tryBegin(9_000)]).toEqual([
      false,
      true,
      false,
    ]);
    health.succeeded();
    expect([health.tryBegin(9_000), health.tryBegin(9_000), health.isWell()]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('counts questions that fail together once', () => {
    const health = new EndpointHealth();
    for (let count = 0; count < 8; count += 1) health.failed({ nowMs: 0, chance: 0 });
    expect(health.tryBegin(1_000)).toBe(true);
  });

  it('rests as long as the endpoint asks, but not for ever', () => {
    const patient = new EndpointHealth();
    patient.failed({ nowMs: 0, chance: 0, askedRestMs: 7_000 });
    expect([patient.tryBegin(6_999), patient.tryBegin(7_000)]).toEqual([false, true]);
    const bold = new EndpointHealth();
    bold.failed({ nowMs: 0, chance: 0, askedRestMs: 10 ** 9 });
    expect(bold.tryBegin(60_000)).toBe(true);
  });
});

describe('pace', () => {
  it('lets no second see more calls than the limit, after the first burst', () => {
    const pace = new Pace(10);
    const sentMs = Array.from({ length: 40 }, () => pace.take(1, 0));
    expect(sentMs.slice(0, 11)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]);
    expect(sentMs.at(-1)).toBe(3_000);
  });

  it('never waits without a limit', () => {
    expect(new Pace(undefined).take(1_000_000, 0)).toBe(0);
  });
});

it('opens one more request after a round of answers, half as many after a failure', () => {
  const limit = new InFlightLimit();
  for (let count = 0; count < 4; count += 1) limit.succeeded();
  expect(limit.value).toBe(5);
  limit.failed();
  expect(limit.value).toBe(2);
  for (let count = 0; count < 500; count += 1) limit.succeeded();
  expect(limit.value).toBe(16);
  for (let count = 0; count < 9; count += 1) limit.failed();
  expect(limit.value).toBe(1);
});
