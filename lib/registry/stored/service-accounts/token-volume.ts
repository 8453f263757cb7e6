import type { Container, PodSpec, Volume } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../../base/environment.js';
import { generatedName } from '../generated-name.js';
import { POD_TOKEN_SECONDS } from './account-token.js';

/** Where clients of the API look for it in a container. */
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const PREFIX = 'kube-api-access-';

/** Mounts what a client of the API needs into every container that has nothing of its own there. Edits the spec in place; it need not be valid yet. */
export function mountToken(spec: Partial<PodSpec>, environment: Pick<Environment, 'random'>): void {
  const lacking = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter((one) => !hasMount(one));
  if (lacking.length === 0) return;
  const volumes = spec.volumes ?? [];
  const there = volumes.find(({ name }) => name.startsWith(PREFIX))?.name;
  const name = there ?? generatedName(PREFIX, environment);
  for (const container of lacking)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
  if (there === undefined) spec.volumes = [...volumes, tokenVolume(name)];
}

const hasMount = ({ volumeMounts }: Container) => volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH) ?? false;

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: POD_TOKEN_SECONDS } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
}
