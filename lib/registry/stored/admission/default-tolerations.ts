import type { Toleration } from 'kubernetes-types/core/v1.js';
import { tolerates } from '../../../api/core/taints.js';
import type { AdmissionPlugin } from './admission-plugin.js';
import { podSpec } from './pod-request.js';

/** Seconds that a pod stays on a node that is not ready or out of reach. */
const TOLERATION_SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Lets pods outlive short failures of their node: they tolerate it for five minutes unless they say otherwise. */
export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(request) {
    const spec = podSpec(request);
    if (!spec) return;
    const own = spec.tolerations ?? [];
    const added = TAINTS.filter((key) => !own.some((one) => tolerates(one, { key, effect: 'NoExecute' }))).map((key): Toleration => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: TOLERATION_SECONDS,
    }));
    if (added.length > 0) spec.tolerations = [...own, ...added];
  },
};
