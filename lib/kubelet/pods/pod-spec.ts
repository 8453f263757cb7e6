import type { Container, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.js';
import { createHash } from 'node:crypto';
import type { Stored } from '../../api/object.js';

/** A container of a pod, with the part it plays. */
export interface PodContainer {
  readonly kind: 'init' | 'sidecar' | 'regular' | 'ephemeral';
  readonly spec: Container;
}

/** All containers of a pod: init containers and sidecars in their order, the regular ones, those added for debugging. */
export function containersOf(pod: Pod): readonly PodContainer[] {
  return [
    ...(pod.spec?.initContainers ?? []).map((spec) => ({ kind: isSidecar(spec) ? ('sidecar' as const) : ('init' as const), spec })),
    ...(pod.spec?.containers ?? []).map((spec) => ({ kind: 'regular' as const, spec })),
    ...(pod.spec?.ephemeralContainers ?? []).map((spec) => ({ kind: 'ephemeral' as const, spec: asContainer(spec) })),
  ];
}

/** The container of a name. */
export function containerOf(pod: Pod, name: string): PodContainer | undefined {
  return containersOf(pod).find(({ spec }) => spec.name === name);
}

/** An init container that runs on beside the regular ones. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** Whether a container that ended this way runs again by the pod's own policy. */
export function restarts(pod: Pod, container: PodContainer, exitCode: number): boolean {
  if (container.kind === 'sidecar') return true;
  if (container.kind === 'ephemeral') return false;
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (container.kind === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** `name_namespace(uid)`: how Kubernetes' messages name a pod. */
export function describePod({ metadata }: Pod): string {
  return `${metadata?.name}_${metadata?.namespace}(${metadata?.uid})`;
}

/** What of a container makes it another one when it changes: all that an update of a pod may change. */
export function specHashOf({ name, image }: Container): string {
  return createHash('sha256')
    .update(JSON.stringify([name, image]))
    .digest('hex')
    .slice(0, 16);
}

/** Whether the phase says that nothing of the pod runs any more. */
export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Seconds that the pod's containers have to end by themselves: what its deletion says, else its spec. */
export function graceOf(pod: Stored<Pod> | Pod): number {
  return Number(pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30); // may be a bigint
}

/** Number of a container port given by number or name. */
export function portOf(port: string | number, container: Container): number {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  const number = named ?? Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw new Error(`invalid port: ${JSON.stringify(port)}`);
  return number;
}

function asContainer({ targetContainerName: _target, ...rest }: EphemeralContainer): Container {
  return rest;
}
