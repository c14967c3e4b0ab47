/** Checks what governance did to the spokes, and what a farm's terms did to a position. */
import { accountOf, commandState, type Network } from '../../apps/devnet/src/index.js';
import type { ApiClient } from './api-client.js';
import { positionOn } from './chain-facts.js';
import { LOCKED, type StoryFacts } from './story.js';
import type { CommandView, Listing, PositionView } from './views.js';

interface Context {
  readonly network: Network;
  readonly api: ApiClient;
  readonly facts: StoryFacts;
  readonly failures: string[];
}

/** @returns what holds, and how many rows were compared with their chains. */
export async function checkGoverned(
  context: Context,
): Promise<{ readonly applied: number; readonly locked: number; readonly pairs: number }> {
  const applied = await appliedCommands(context);
  const locked = await lockedPositions(context);
  return { applied, locked, pairs: context.facts.commands.length + 1 };
}

/** Every command of the story is applied, in the row and on its spoke. */
async function appliedCommands({ network, api, facts, failures }: Context): Promise<number> {
  const { items } = await api.get<Listing<CommandView>>('/commands');
  let applied = 0;
  for (const command of facts.commands) {
    const id = `${command.chain}:${command.no}`;
    const row = items.find((candidate) => candidate.id === id);
    const state = await commandState(network, command);
    if (row?.state === 'applied' && state === 'applied') applied += 1;
    else failures.push(`command ${id} is ${row?.state} in the row and ${state} on its chain`);
  }
  return applied;
}

/** The locked position of the story is in its row as the farm has it. */
async function lockedPositions({ network, api, failures }: Context): Promise<number> {
  const { who, chain, farmId, tier } = LOCKED;
  const user = accountOf(who).address;
  const path = `/positions?user=${user}&chain=${chain}&farmId=${farmId}`;
  const [row] = (await api.get<Listing<PositionView>>(path)).items;
  const position = await positionOn(network, { chain, farmId, user });
  const isSame =
    row !== undefined &&
    BigInt(row.staked) === position.principal &&
    BigInt(row.weight) === position.weight &&
    row.lock?.tier === tier &&
    row.lock.tier === position.tier &&
    row.lock.lockEnd === position.lockEnd;
  if (!isSame) failures.push(`the locked position of ${who} on ${chain} differs from the farm's`);
  return isSame && position.weight > position.principal ? 1 : 0;
}
