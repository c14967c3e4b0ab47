import { aChainDeployment } from '#chain/testing';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { type Address, type Hex, InvariantViolation, toChainId } from '#kernel';
import { describe, expect, it } from 'vitest';
import { LogProjector, type LogSequence, type LogSource } from './log-projector.js';
import { ProjectorSet } from './projector-set.js';

const A: Address = '0xaa';
const B: Address = '0xbb';

const aLog = (address: Address, ...topics: readonly Hex[]): ChainLog => ({
  chainId: toChainId(1),
  blockNumber: 1,
  blockHash: '0x01',
  blockTimestamp: 1,
  txHash: '0x02',
  logIndex: 0,
  address,
  topics,
  data: '0x',
});

class FixedProjector extends LogProjector {
  constructor(
    private readonly wanted: readonly LogSource[],
    private readonly subjects: readonly string[] = [],
    private readonly seq?: bigint,
  ) {
    super();
  }

  override sources(_chain: ChainDeployment): readonly LogSource[] {
    return this.wanted;
  }

  override subjectsOf(_log: ChainLog): readonly string[] {
    return this.subjects;
  }

  override sequenceOf(log: ChainLog): LogSequence | undefined {
    return this.seq === undefined ? undefined : { contract: log.address, seq: this.seq };
  }
}

const sourcesOf = (...sources: readonly LogSource[]) =>
  new ProjectorSet(sources.map((source) => new FixedProjector([source]))).sourcesOf(
    aChainDeployment(),
  );

describe('ProjectorSet', () => {
  it('asks once for everything and keeps only what somebody wants', () => {
    const sources = sourcesOf(
      { address: A, topics0: ['0x01', '0x02'] },
      { address: B, topics0: ['0x03'] },
      { address: A, topics0: ['0x02'] },
    );
    expect(sources.filter).toEqual({ addresses: [A, B], topics0: ['0x01', '0x02', '0x03'] });
    const logs = [aLog(A, '0x01'), aLog(A, '0x03'), aLog(B, '0x03'), aLog('0xcc', '0x01'), aLog(A)];
    expect(logs.map((log) => sources.includes(log))).toEqual([true, false, true, false, false]);
  });

  it('asks for all topics when one source wants all of a contract', () => {
    const sources = sourcesOf({ address: A, topics0: [] }, { address: B, topics0: ['0x03'] });
    expect(sources.filter.topics0).toEqual([]);
    const logs = [aLog(A), aLog(A, '0x09'), aLog(B, '0x09'), aLog(B, '0x03')];
    expect(logs.map((log) => sources.includes(log))).toEqual([true, true, false, true]);
  });

  it('has one digest for the same sources in any order', () => {
    const one = sourcesOf({ address: A, topics0: ['0x01', '0x02'] }, { address: B, topics0: [] });
    const two = sourcesOf({ address: B, topics0: [] }, { address: A, topics0: ['0x02', '0x01'] });
    const other = sourcesOf({ address: A, topics0: ['0x01'] }, { address: B, topics0: [] });
    expect(one.digest).toBe(two.digest);
    expect(one.digest).not.toBe(other.digest);
  });

  it('files a log under each subject once', () => {
    const set = new ProjectorSet([
      new FixedProjector([], ['epoch:1', 'params']),
      new FixedProjector([], ['params']),
    ]);
    expect(set.subjectsOf(aLog(A))).toEqual(['epoch:1', 'params']);
  });

  it('takes the number of an event from whoever knows it, and refuses two numbers', () => {
    const silent = new FixedProjector([]);
    const seven = new FixedProjector([], [], 7n);
    const eight = new FixedProjector([], [], 8n);
    expect(new ProjectorSet([silent, seven, seven]).sequenceOf(aLog(A))?.seq).toBe(7n);
    expect(new ProjectorSet([silent]).sequenceOf(aLog(A))).toBeUndefined();
    expect(() => new ProjectorSet([seven, eight]).sequenceOf(aLog(A))).toThrow(InvariantViolation);
  });
});
