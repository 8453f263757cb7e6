import { ContainerModule } from 'inversify';
import { roundRobin } from '../../proxy/balancers/round-robin.js';
import { Proxy } from '../../proxy/proxy.js';
import { NodePool } from '../node-pool.js';
import { runtimeFactory } from '../runtimes.js';
import { isShared } from '../shared.js';
import { TOKENS } from '../tokens.js';

/** Binds `runtime` (a factory) and `nodes`. Needs: options, registries, events, identity, podRange, storage. */
export const nodeModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.runtime)
    .toResolvedValue(({ runtime }) => runtimeFactory(runtime ?? 'process'), [TOKENS.options])
    .inSingletonScope();
  bind(TOKENS.nodes)
    .toResolvedValue(
      (options, registries, caches, runtime, identity, podRange, storage) =>
        new NodePool({ options, registries, caches, runtime, identity, podRange, shared: isShared(options.shared, storage) }),
      [TOKENS.options, TOKENS.registries, TOKENS.caches, TOKENS.runtime, TOKENS.identity, TOKENS.podRange, TOKENS.storage],
    )
    .inSingletonScope();
});

/** Binds `balancer` (round robin) and `proxy`. Needs: caches. */
export const proxyModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.balancer).toConstantValue(roundRobin);
  bind(TOKENS.proxy)
    .toResolvedValue(
      (caches, environment, logger, balancer) => new Proxy({ caches, environment, logger: logger.child({ component: 'proxy' }), balancer }),
      [TOKENS.caches, TOKENS.environment, TOKENS.logger, TOKENS.balancer],
    )
    .inSingletonScope();
});
