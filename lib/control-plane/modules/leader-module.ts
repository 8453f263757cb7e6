import { ContainerModule } from 'inversify';
import type { Lifecycle } from '../../base/lifecycle.js';
import { startAll, stopAll } from '../../base/lifecycles.js';
import { OnceLifecycle } from '../../base/once-lifecycle.js';
import { LeaderElector } from '../../controller/leader-election.js';
import type { Manager } from '../../controller/manager.js';
import type { Registries } from '../../registry/registry.js';
import type { PlaneIdentity } from '../identity.js';
import type { ResolvedOptions } from '../options.js';
import { TOKENS } from '../tokens.js';

/** Binds `elector`: of several control planes over one storage, one runs scheduler and controllers. Needs: registries, identity, scheduler, manager. */
export const leaderModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.elector)
    .toResolvedValue(elector, [TOKENS.options, TOKENS.registries, TOKENS.identity, TOKENS.scheduler, TOKENS.manager])
    .inSingletonScope();
});

function elector(
  { environment, logger }: ResolvedOptions,
  registries: Registries,
  { id }: PlaneIdentity,
  scheduler: Lifecycle,
  manager: Manager,
): LeaderElector {
  return new LeaderElector({
    registries,
    environment,
    logger: logger.child({ component: 'elector' }),
    lease: { namespace: 'kube-system', name: 'kubelib-control-plane' },
    identity: id, // the same after a restart, so that a plane that was killed need not wait for itself
    leading: together([scheduler, manager]),
  });
}

function together(parts: readonly Lifecycle[]): Lifecycle {
  return new OnceLifecycle({ start: () => startAll(parts), stop: () => stopAll(parts) });
}
