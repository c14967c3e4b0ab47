import { expect, it } from 'vitest';
import { SharedWork } from './shared-work.js';

it('runs once for everybody who asks meanwhile, and again afterwards', async () => {
  let runs = 0;
  const work = new SharedWork(() => {
    runs += 1;
    return Promise.resolve(runs);
  });
  const [first, second] = [work.run(), work.run()];
  expect(work.isRunning).toBe(true);
  expect([await first, await second]).toEqual([1, 1]);
  expect(work.isRunning).toBe(false);
  expect(await work.run()).toBe(2);
});

it('starts again after a failure', async () => {
  let runs = 0;
  const work = new SharedWork(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error('no database')) : Promise.resolve('done');
  });
  await expect(work.run()).rejects.toThrow('no database');
  expect(await work.run()).toBe('done');
});
