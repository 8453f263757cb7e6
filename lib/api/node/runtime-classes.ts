import type { RuntimeClass, Scheduling } from 'kubernetes-types/node/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { validateTolerations } from '../core/pod-spec/tolerations.js';
import { validateResources } from '../core/pod-spec/resources.js';
import { Faults, sameJson } from '../validation/faults.js';
import { validateLabels } from '../validation/metadata.js';
import { dnsLabel } from '../validation/names.js';

/** How containers run: with which handler of the runtime, at what cost, and where. */
export const runtimeClasses = defineBuiltIn<RuntimeClass>('node.k8s.io/v1/runtimeclasses', {
  cells: { Handler: ({ handler }) => handler },
  rules: {
    validate({ handler, overhead, scheduling }) {
      const faults = new Faults();
      faults.syntax('handler', handler ?? '', dnsLabel);
      // Overhead is an amount that is added, so it has the form of limits.
      if (overhead) validateResources(faults, 'overhead', { limits: overhead.podFixed ?? {} });
      if (scheduling) validateScheduling(faults, 'scheduling', scheduling);
      return faults.list;
    },
    validateUpdate({ handler }, old) {
      const faults = new Faults();
      faults.immutable('handler', handler, old.handler);
      return faults.list;
    },
  },
});

function validateScheduling(faults: Faults, path: string, { nodeSelector, tolerations = [] }: Scheduling): void {
  validateLabels(faults, `${path}.nodeSelector`, nodeSelector);
  validateTolerations(faults, `${path}.tolerations`, tolerations);
  tolerations.forEach((toleration, index) => {
    if (tolerations.slice(0, index).some((other) => sameJson(other, toleration)))
      faults.duplicate(`${path}.tolerations[${index}]`, toleration);
  });
}
