import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Clock, InvariantViolation, RetryableError } from '#kernel';
import { createLog } from '#observability';
import { backoffMs } from './backoff.js';
import { Lane } from './lane.js';

class HandClock extends Clock {
  ms = 0;

  override nowMs(): number {
    return this.ms;
  }
}

function aLane(work: () => Promise<void>) {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const clock = new HandClock();
  const log = createLog({ level: 'info', destination });
  return { lane: new Lane('chain:hub', work, { log, clock, pollMs: 100 }), clock, lines };
}

/** Lets everything that is ready to run do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Lane', () => {
  it('never overlaps itself', async () => {
    let starts = 0;
    const releases: (() => void)[] = [];
    const { lane } = aLane(() => {
      starts += 1;
      return new Promise((resolve) => {
        releases.push(resolve);
      });
    });
    lane.trigger();
    lane.trigger();
    expect([starts, lane.state]).toEqual([1, 'running']);
    releases[0]?.();
    await settled();
    lane.trigger();
    expect(starts).toBe(2);
    releases[1]?.();
  });

  it('waits longer after each failure and recovers', async () => {
    let starts = 0;
    let isBroken = true;
    const { lane, clock, lines } = aLane(() => {
      starts += 1;
      return isBroken ? Promise.reject(new RetryableError('node is gone')) : Promise.resolve();
    });
    lane.trigger();
    await settled();
    expect(lane.state).toBe('waiting');
    lane.trigger();
    expect(starts).toBe(1);

    clock.ms = 200;
    lane.trigger();
    await settled();
    clock.ms = 599;
    lane.trigger();
    expect(starts).toBe(2);

    isBroken = false;
    clock.ms = 600;
    lane.trigger();
    await settled();
    expect([starts, lane.state]).toEqual([3, 'idle']);
    expect(lines.join('')).toContain('lane recovered');
  });

  it('halts for good on a bug', async () => {
    const { lane, clock, lines } = aLane(() => Promise.reject(new InvariantViolation('2 is 3')));
    lane.trigger();
    await settled();
    clock.ms = 1_000_000;
    expect(lane.state).toBe('halted');
    expect(lines.join('')).toContain('lane halted');
  });

  it('finishes the round under way when it is stopped and starts no other', async () => {
    let starts = 0;
    let isDone = false;
    const { lane } = aLane(async () => {
      starts += 1;
      await settled();
      isDone = true;
    });
    lane.trigger();
    await lane.stop();
    lane.trigger();
    expect({ starts, isDone, state: lane.state }).toEqual({
      starts: 1,
      isDone: true,
      state: 'stopped',
    });
  });
});

describe('backoffMs', () => {
  it('doubles up to half a minute', () => {
    expect([1, 2, 3, 10, 1_000].map((failures) => backoffMs(failures, 500))).toEqual([
      1_000, 2_000, 4_000, 30_000, 30_000,
    ]);
  });
});
