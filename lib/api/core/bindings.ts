import type { Binding } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import type { WriteOnlyDefinition } from '../resource-definition.js';
import { Faults } from '../validation/faults.js';

/** Write-only: creating one binds a pod to a node; nothing is stored under its own name. */
export const bindings: WriteOnlyDefinition<Binding> = {
  ...defineBuiltIn<Binding>('v1/bindings', {
    rules: {
      validate({ target }) {
        const faults = new Faults();
        if (target.kind && target.kind !== 'Node') faults.oneOf('target.kind', target.kind, ['Node', '<empty>']);
        faults.required('target.name', target.name);
        return faults.list;
      },
    },
  }),
  writeOnly: true,
};
