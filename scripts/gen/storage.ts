import type { Artifact, StorageItem, StorageLayout } from './artifacts.js';
import type { Output } from './output.js';

const FOLDER = 'contracts/storage';
/** Contracts whose code runs on the storage of another one, which must look the same to both. */
const SHARED: Readonly<Record<string, string>> = { FarmsAnnex: 'Farms' };

interface Slot {
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
  readonly label: string;
}

/** Where each contract keeps what, one file a contract. Whatever is deployed has one. */
export function renderStorage(artifacts: readonly Artifact[]): Output {
  const texts = new Map(
    artifacts.map(({ name, path, storageLayout }) => [name, textOf(path, storageLayout)]),
  );
  return {
    files: new Map([...texts].map(([name, text]) => [`${FOLDER}/${name}.json`, text])),
    folders: [FOLDER],
    problems: unequal(artifacts),
  };
}

/** Slots and the structures in them; one line each, so that a difference can be read. */
function textOf(path: string, layout: StorageLayout): string {
  const structs = structsOf(layout).map(
    ([name, members]) => `    ${JSON.stringify(name)}: [\n${linesOf(members, '      ')}\n    ]`,
  );
  const slots = slotsOf(layout, layout.storage);
  return [
    '{',
    `  "source": ${JSON.stringify(path)},`,
    slots.length === 0 ? '  "storage": [],' : `  "storage": [\n${linesOf(slots, '    ')}\n  ],`,
    structs.length === 0 ? '  "structs": {}' : `  "structs": {\n${structs.join(',\n')}\n  }`,
    '}',
    '',
  ].join('\n');
}

function linesOf(slots: readonly Slot[], indent: string): string {
  return slots.map((slot) => `${indent}${JSON.stringify(slot)}`).join(',\n');
}

/** The compiler names types by ids that change with every edit; their labels do not. */
function slotsOf({ types }: StorageLayout, items: readonly StorageItem[]): Slot[] {
  return items.map(({ slot, offset, type, label }) => ({
    slot,
    offset,
    type: types?.[type]?.label ?? type,
    label,
  }));
}

function structsOf(layout: StorageLayout): [string, Slot[]][] {
  return Object.values(layout.types ?? {})
    .flatMap(({ label, members }): [string, Slot[]][] =>
      members === undefined ? [] : [[label, slotsOf(layout, members)]],
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function unequal(artifacts: readonly Artifact[]): string[] {
  const slotsOfContract = (wanted: string): string => {
    const artifact = artifacts.find(({ name }) => name === wanted);
    if (artifact === undefined) return `there is no ${wanted}`;
    const { storageLayout: layout } = artifact;
    return JSON.stringify([slotsOf(layout, layout.storage), structsOf(layout)]);
  };
  return Object.entries(SHARED)
    .filter(([guest, host]) => slotsOfContract(guest) !== slotsOfContract(host))
    .map(([guest, host]) => `${guest} runs on the storage of ${host} and lays it out differently`);
}
