import type { ContainerConfig, PodIdentity, SandboxConfig } from '../container-runtime.js';

/** The labels that tell our containers from all others, and keep what a restarted kubelet needs to know. */
const LABELS = {
  plane: 'io.kubelib.plane',
  kind: 'io.kubelib.kind',
  namespace: 'io.kubelib.pod.namespace',
  pod: 'io.kubelib.pod.name',
  uid: 'io.kubelib.pod.uid',
  podLabels: 'io.kubelib.pod.labels',
  sandbox: 'io.kubelib.sandbox.id',
  container: 'io.kubelib.container.name',
  attempt: 'io.kubelib.container.attempt',
  specHash: 'io.kubelib.container.spec-hash',
} as const;

/** As the engine gives them. */
export type Labels = Readonly<Record<string, string>>;

/** The labels of a sandbox's container. */
export function sandboxLabels(planeId: string, { pod, labels }: SandboxConfig): Labels {
  return { ...podLabels(planeId, 'sandbox', pod), [LABELS.podLabels]: JSON.stringify(labels) };
}

/** The labels of a pod's container. */
export function containerLabels(
  planeId: string,
  sandboxId: string,
  pod: PodIdentity,
  { name, attempt, specHash }: ContainerConfig,
): Labels {
  return {
    ...podLabels(planeId, 'container', pod),
    [LABELS.sandbox]: sandboxId,
    [LABELS.container]: name,
    [LABELS.attempt]: String(attempt),
    [LABELS.specHash]: specHash,
  };
}

/** What labels say of a container. */
export interface Labelled {
  readonly plane: string | undefined;
  readonly kind: 'sandbox' | 'container';
  readonly pod: PodIdentity;
  readonly podLabels: Labels;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly specHash: string;
}

/** Reads labels; meaningful where the plane is ours. */
export function readLabels(labels: Labels | undefined): Labelled {
  const get = (name: string) => labels?.[name] ?? '';
  return {
    plane: labels?.[LABELS.plane],
    kind: get(LABELS.kind) === 'sandbox' ? 'sandbox' : 'container',
    pod: { namespace: get(LABELS.namespace), name: get(LABELS.pod), uid: get(LABELS.uid) },
    podLabels: JSON.parse(get(LABELS.podLabels) || '{}') as Labels,
    sandboxId: get(LABELS.sandbox),
    name: get(LABELS.container),
    attempt: Number(get(LABELS.attempt)),
    specHash: get(LABELS.specHash),
  };
}

/** A filter for the engine's lists and events. */
export function filterFor(planeId: string, narrower: { readonly uid?: string; readonly sandboxId?: string } = {}): { label: string[] } {
  const label = [`${LABELS.plane}=${planeId}`];
  if (narrower.uid !== undefined) label.push(`${LABELS.kind}=sandbox`, `${LABELS.uid}=${narrower.uid}`);
  if (narrower.sandboxId !== undefined) label.push(`${LABELS.sandbox}=${narrower.sandboxId}`);
  return { label };
}

function podLabels(planeId: string, kind: Labelled['kind'], { namespace, name, uid }: PodIdentity): Labels {
  return { [LABELS.plane]: planeId, [LABELS.kind]: kind, [LABELS.namespace]: namespace, [LABELS.pod]: name, [LABELS.uid]: uid };
}
