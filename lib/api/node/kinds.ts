import type { RuntimeClass } from 'kubernetes-types/node/v1.js';
import { structuralKind } from '../structural-kind.js';
import { Faults } from '../validation/faults.js';

export const runtimeClasses = structuralKind<RuntimeClass>('node.k8s.io/v1/runtimeclasses', {
  cells: { Handler: ({ handler }) => handler },
  rules: {
    validateUpdate({ handler }, old) {
      const faults = new Faults();
      faults.immutable('handler', handler, old.handler);
      return faults.list;
    },
  },
});
