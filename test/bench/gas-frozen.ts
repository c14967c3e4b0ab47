/**
 * Figures of contracts that no npm package carries, measured on the same scenario: anvil 1.7.1,
 * hardfork Prague, optimizer on. Gas is deterministic, so they hold until the contract, the
 * compiler or the hardfork changes.
 */
import type { Gas } from './gas-scenario.js';

export interface FrozenPeer {
  readonly peer: string;
  readonly source: string;
  /** With the cheaper of two tokens, Solady's: what the goal is measured from. */
  readonly gas: Gas;
  /** With an OpenZeppelin token, as everything live uses: like for like. */
  readonly sameToken: Gas;
}

export const FROZEN_HARDFORK = 'prague';

export const FROZEN: readonly FrozenPeer[] = [
  {
    peer: 'MiniChefV2',
    source: 'sushi-labs/sushiswap@9b425e1 with BoringSolidity@e06e943, solc 0.6.12, no rewarder',
    gas: {
      'deposit, first': 113_256n,
      'deposit, again': 79_056n,
      'claim, again': 77_266n,
      'withdraw, part': 76_555n,
      'unstake all + claim': 85_376n,
      // Updates ten pools and changes one global rate; a new split of ten takes 302,167.
      'change 10 rates': 234_059n,
      'claim 10 farms': 404_199n,
    },
    sameToken: {
      'deposit, first': 113_803n,
      'deposit, again': 79_603n,
      'claim, again': 77_743n,
      'withdraw, part': 77_032n,
      'unstake all + claim': 86_335n,
      'change 10 rates': 234_009n,
      'claim 10 farms': 408_969n,
    },
  },
  {
    peer: 'Velodrome LeafGauge',
    source: 'velodrome-finance/superchain-contracts@7e54588, solc 0.8.19, voter and bridge stubbed',
    gas: {
      'deposit, first': 135_804n,
      'deposit, again': 104_404n,
      'claim, again': 74_698n,
      'withdraw, part': 96_180n,
      'unstake all + claim': 134_552n,
      'change 10 rates': 733_081n,
      'claim 10 farms': 568_836n,
    },
    sameToken: {
      'deposit, first': 136_356n,
      'deposit, again': 104_956n,
      'claim, again': 75_084n,
      'withdraw, part': 96_662n,
      'unstake all + claim': 135_516n,
      'change 10 rates': 738_551n,
      'claim 10 farms': 572_692n,
    },
  },
  {
    // Its package brings an outdated LayerZero SDK and is not open source (BUSL-1.1).
    peer: 'Stargate V2 staking',
    source: '@stargatefinance/stg-evm-v2@2.0.6, bytecode as published, one reward',
    gas: {
      'deposit, first': 143_638n,
      'deposit, again': 125_933n,
      'claim, again': 82_124n,
      'withdraw, part': 106_722n,
      'unstake all + claim': 101_922n,
      'change 10 rates': 288_400n,
      'claim 10 farms': 436_007n,
    },
    sameToken: {
      'deposit, first': 144_190n,
      'deposit, again': 126_967n,
      'claim, again': 82_606n,
      'withdraw, part': 107_686n,
      'unstake all + claim': 102_886n,
      'change 10 rates': 288_400n,
      'claim 10 farms': 440_827n,
    },
  },
];
