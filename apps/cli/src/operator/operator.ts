import { NestFactory } from '@nestjs/core';
import { ChainRegistry, NodeQuarantine } from '#chain';
import { IndexerService } from '#indexer';
import { RetryableError } from '#kernel';
import { unreachable } from '../cli-error.js';
import { OperatorModule } from './operator.module.js';

/** The parts of the service an operator works with. */
interface Operator {
  readonly chains: ChainRegistry;
  readonly quarantine: NodeQuarantine;
  readonly indexer: IndexerService;
}

/**
 * Runs `work` on the database and the chains of the service itself. Who may do so is who has its
 * settings: no request of the API leads here.
 *
 * @throws {CliError} when the database or the chains cannot be reached.
 */
export async function withOperator<Result>(
  work: (operator: Operator) => Promise<Result>,
): Promise<Result> {
  const app = await NestFactory.createApplicationContext(OperatorModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    return await work({
      chains: app.get(ChainRegistry),
      quarantine: app.get(NodeQuarantine),
      indexer: app.get(IndexerService),
    });
  } catch (error) {
    if (error instanceof RetryableError) throw unreachable(error.message, error);
    throw error;
  } finally {
    await app.close();
  }
}
