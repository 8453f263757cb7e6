import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import { ownerReference } from '../../api/meta/owner-references.js';
import { HASH_LABEL, podTemplateHash } from './pod-template-hash.js';
import { nextRevision, revisionAnnotations, sizeAnnotations } from './revisions.js';
import { firstSize } from './rolling-update.js';
import type { Rollout } from './rollout.js';

/** Characters of a name at most. */
const LONGEST_NAME = 253;

/** The ReplicaSet of a template that has none yet. Its name follows from the template: made twice, it is refused the second time. */
export function newReplicaSet(rollout: Rollout): ReplicaSet {
  const { deployment, old } = rollout;
  const { template, selector, minReadySeconds } = deployment.spec!;
  const hash = podTemplateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name.slice(0, LONGEST_NAME - 1 - hash.length)}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: { ...revisionAnnotations(deployment, undefined, nextRevision(old)), ...sizeAnnotations(deployment) },
      ownerReferences: [ownerReference(deployment, { controller: true, blockOwnerDeletion: true })],
    },
    spec: {
      replicas: firstSize(rollout),
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
