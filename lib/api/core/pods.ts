import type { Pod } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const pods = defineBuiltIn<Pod>('v1/pods', {
  gracePeriod: (pod) =>
    !pod.spec?.nodeName || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
      ? 0
      : (pod.spec.terminationGracePeriodSeconds ?? 30),
});
