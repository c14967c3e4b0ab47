import { describe, expect, it } from 'vitest';
import type { Artifact, StorageLayout } from './artifacts.js';
import { renderStorage } from './storage.js';

const layout: StorageLayout = {
  storage: [
    { label: '_owner', offset: 0, slot: '0', type: 't_address' },
    {
      label: '_books',
      offset: 0,
      slot: '1',
      type: 't_mapping(t_address,t_struct(Books)77_storage)',
    },
  ],
  types: {
    t_address: { encoding: 'inplace', label: 'address', numberOfBytes: '20' },
    't_mapping(t_address,t_struct(Books)77_storage)': {
      encoding: 'mapping',
      label: 'mapping(address => struct Farms.Books)',
      numberOfBytes: '32',
    },
    't_struct(Books)77_storage': {
      encoding: 'inplace',
      label: 'struct Farms.Books',
      numberOfBytes: '32',
      members: [{ label: 'funded', offset: 0, slot: '0', type: 't_address' }],
    },
  },
};

function artifact(name: string, storageLayout: StorageLayout): Artifact {
  return { name, path: `contracts/src/${name}.sol`, abi: [], storageLayout };
}

describe('renderStorage', () => {
  it('writes slots and structures under names that no edit elsewhere changes', () => {
    const { files, problems } = renderStorage([
      artifact('Farms', layout),
      artifact('FarmsAnnex', layout),
    ]);
    expect(problems).toEqual([]);
    expect([...files.keys()]).toEqual([
      'contracts/storage/Farms.json',
      'contracts/storage/FarmsAnnex.json',
    ]);
    expect(JSON.parse(files.get('contracts/storage/Farms.json') ?? '')).toEqual({
      source: 'contracts/src/Farms.sol',
      storage: [
        { slot: '0', offset: 0, type: 'address', label: '_owner' },
        { slot: '1', offset: 0, type: 'mapping(address => struct Farms.Books)', label: '_books' },
      ],
      structs: {
        'struct Farms.Books': [{ slot: '0', offset: 0, type: 'address', label: 'funded' }],
      },
    });
  });

  it('finds out that the annex sees the storage of the farms in another way', () => {
    const other = { ...layout, storage: layout.storage.slice(1) };
    const { problems } = renderStorage([artifact('Farms', layout), artifact('FarmsAnnex', other)]);
    expect(problems).toEqual([
      'FarmsAnnex runs on the storage of Farms and lays it out differently',
    ]);
  });
});
