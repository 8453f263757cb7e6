import type { Container, Pod, Volume } from 'kubernetes-types/core/v1.js';
import { containersOf } from '../pods/pod-spec.js';
import type { ObjectReference } from './object-watches.js';

/** The configMaps and secrets that a pod's environment and volumes name. */
export function referencesOf(pod: Pod): readonly ObjectReference[] {
  return [...containersOf(pod).flatMap(({ spec }) => ofContainer(spec)), ...(pod.spec?.volumes ?? []).flatMap(ofVolume)];
}

function ofContainer({ env, envFrom }: Container): ObjectReference[] {
  return [
    ...(envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [...configMap(configMapRef?.name), ...secret(secretRef?.name)]),
    ...(env ?? []).flatMap(({ valueFrom }) => [...configMap(valueFrom?.configMapKeyRef?.name), ...secret(valueFrom?.secretKeyRef?.name)]),
  ];
}

function ofVolume(volume: Volume): ObjectReference[] {
  return [
    ...configMap(volume.configMap?.name),
    ...secret(volume.secret?.secretName),
    ...(volume.projected?.sources ?? []).flatMap((source) => [...configMap(source.configMap?.name), ...secret(source.secret?.name)]),
  ];
}

const configMap = (name: string | undefined): ObjectReference[] => (name ? [{ kind: 'ConfigMap', name }] : []);
const secret = (name: string | undefined): ObjectReference[] => (name ? [{ kind: 'Secret', name }] : []);
