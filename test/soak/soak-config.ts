import { anAppConfig } from '#chain/testing';
import { AppConfig, type ChainDeployment } from '#config';
import { assert } from '#kernel';

/** Settings of a worker that follows these chains. */
export function soakConfig(options: {
  readonly chains: readonly ChainDeployment[];
  readonly genesis: number;
  readonly epochSeconds: number;
}): AppConfig {
  const { genesis, epochSeconds: durationSeconds } = options;
  const [first, ...others] = options.chains;
  assert(first !== undefined, 'a soak has chains');
  const { deployment, ...process } = anAppConfig({ chains: [first, ...others] });
  return new AppConfig({
    ...process,
    deployment: { ...deployment, epoch: { genesis, durationSeconds } },
  });
}
