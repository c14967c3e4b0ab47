/** A server of nothing but the queries of the rewards route: what the API costs on top of them. */
import { createServer } from 'node:http';
import { openDatabase } from '#database';
import { FarmStateStore } from '#farms';
import { assert, toAddress, toChainId } from '#kernel';
import { LedgerService } from '#ledger';

const [url = '', chainIds = ''] = process.argv.slice(2);
const STATEMENT_MAX = 20;

const dataSource = await openDatabase({ url });
const states = new FarmStateStore(dataSource);
const ledger = new LedgerService(dataSource);
const chains = chainIds.split(',').map((text) => toChainId(Number(text)));

async function answer(path: string): Promise<string> {
  const user = toAddress(path.slice(1));
  const positions = await Promise.all(
    chains.map((chainId) => states.positionsAt({ chainId, user })),
  );
  const posted = await states.postedOf(user);
  const statement = await ledger.journalsOf({ owner: user, limit: STATEMENT_MAX });
  return JSON.stringify({ positions, posted, statement }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

const server = createServer((request, response) => {
  answer(request.url ?? '').then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  assert(typeof address === 'object' && address !== null, 'a port');
  process.stdout.write(`ready http://127.0.0.1:${address.port}\n`);
});
