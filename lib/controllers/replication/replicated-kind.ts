import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';

/** What ReplicationControllers and ReplicaSets have in common. */
export interface Replicated extends KubeObject {
  spec?:
    | {
        replicas?: number;
        minReadySeconds?: number;
        template?: PodTemplateSpec;
      }
    | undefined;
  readonly status?: ReplicatedStatus | undefined;
}

/** How many pods there are, by what they are. */
export interface ReplicatedStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  /** Pods that are being deleted and have not ended; ReplicaSets alone tell it. */
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: ReplicatedCondition[];
}

interface ReplicatedCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** A kind whose objects keep a number of equal pods alive, and in what it differs from the other one. */
export interface ReplicatedKind<T extends Replicated> {
  readonly definition: ResourceDefinition<T>;
  /** The name of its controller: the source of its events. */
  readonly controllerName: string;
  readonly selectorOf: (object: Stored<T>) => LabelSelector | undefined;
  /** Whether its status tells of pods that are being deleted. */
  readonly countsTerminating: boolean;
}
