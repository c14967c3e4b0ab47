const indexed = (name: string, type: string) => ({ name, type, indexed: true }) as const;
const plain = (name: string, type: string) => ({ name, type, indexed: false }) as const;

/** What users do in a farm. */
export const farmEvents = [
  {
    type: 'event',
    name: 'Staked',
    inputs: [
      indexed('farmId', 'uint32'),
      indexed('user', 'address'),
      plain('payer', 'address'),
      plain('amount', 'uint96'),
      plain('weight', 'uint96'),
      plain('seq', 'uint64'),
    ],
  },
  {
    type: 'event',
    name: 'Withdrawn',
    inputs: [
      indexed('farmId', 'uint32'),
      indexed('user', 'address'),
      plain('to', 'address'),
      plain('amount', 'uint96'),
      plain('weight', 'uint96'),
      plain('seq', 'uint64'),
    ],
  },
  {
    type: 'event',
    name: 'Claimed',
    inputs: [
      indexed('farmId', 'uint32'),
      indexed('user', 'address'),
      plain('to', 'address'),
      plain('amount', 'uint256'),
      plain('seq', 'uint64'),
    ],
  },
] as const;
