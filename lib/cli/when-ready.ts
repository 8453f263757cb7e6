import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { filter, firstValueFrom } from 'rxjs';
import { replicationControllers } from '../api/core/replication-controllers.js';
import { keyOf } from '../api/object.js';
import type { ControlPlane } from '../control-plane/control-plane.js';
import type { ManifestObject } from './manifests.js';

/** Resolves once every replication controller of the manifests has its replicas ready. */
export async function whenReady(plane: ControlPlane, manifests: readonly ManifestObject[]): Promise<void> {
  const waiting = new Set(
    manifests
      .filter(({ object }) => object.kind === replicationControllers.kind)
      .map(({ object }) => keyOf({ namespace: object.metadata?.namespace ?? 'default', name: object.metadata?.name ?? '' })),
  );
  if (waiting.size === 0) return;
  const settled = plane
    .registry(replicationControllers)
    .watch()
    .pipe(
      filter((event) => {
        if (event.type === 'BOOKMARK') return false;
        if (event.type === 'DELETED' || isReady(event.object)) waiting.delete(keyOf(event.object));
        return waiting.size === 0;
      }),
    );
  await firstValueFrom(settled, { defaultValue: undefined }); // the watch also ends when the plane stops
}

function isReady({ spec, status }: ReplicationController): boolean {
  return (status?.readyReplicas ?? 0) === (spec?.replicas ?? 1);
}
