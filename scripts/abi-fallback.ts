/** Where an ABI comes from while its contract is not written yet. */
const OZ = '@openzeppelin/contracts/build/contracts';

export const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  Farms: ['out:IFarms'],
  EmissionController: ['out:IEmissionController', `${OZ}/Ownable.json`],
  EmissionReceiver: ['out:IEmissionReceiver', `${OZ}/Ownable.json`],
  PositionBridge: ['out:IPositionBridge', `${OZ}/Ownable.json`],
  HeadwaterVotesToken: [
    '@layerzerolabs/oft-evm/artifacts/OFT.sol/OFT.json',
    `${OZ}/ERC20Votes.json`,
  ],
  HeadwaterGovernor: [
    `${OZ}/Governor.json`,
    `${OZ}/GovernorSettings.json`,
    `${OZ}/GovernorCountingSimple.json`,
    `${OZ}/GovernorTimelockControl.json`,
  ],
  HeadwaterTimelock: [`${OZ}/TimelockController.json`],
};
