import type { Namespace } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { dnsLabel } from '../validation/names.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';

export const namespaces = defineBuiltIn<Namespace>('v1/namespaces', {
  names: dnsLabel,
  cells: { Status: ({ status }) => status?.phase ?? '' },
  rules: {
    default(namespace) {
      const name = namespace.metadata?.name;
      // The label comes back whatever a client writes.
      if (name) namespace.metadata = { ...namespace.metadata, labels: { ...namespace.metadata?.labels, [NAME_LABEL]: name } };
    },
    prepareCreate(namespace) {
      const finalizers = namespace.spec?.finalizers ?? [];
      namespace.spec = { ...namespace.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
      namespace.status = { phase: 'Active' };
    },
    prepareUpdate(namespace, old, { subresource }) {
      // Only `finalize` changes the finalizers of the spec, and it changes nothing else.
      if (subresource !== 'finalize' && old.spec) namespace.spec = old.spec;
    },
    validate({ spec }) {
      const faults = new Faults();
      spec?.finalizers?.forEach((name, index) => {
        if (!name.includes('/') && name !== 'kubernetes')
          faults.invalid(`spec.finalizers[${index}]`, name, 'name is neither a standard finalizer name nor is it fully qualified');
      });
      return faults.list;
    },
    validateUpdate({ metadata, status }, _old, { subresource }) {
      const faults = new Faults();
      if (subresource !== 'status') return faults.list;
      const wanted = metadata?.deletionTimestamp ? 'Terminating' : 'Active';
      if (status?.phase !== wanted)
        faults.invalid(
          'status.Phase',
          status?.phase ?? '',
          `may only be '${wanted}' if \`deletionTimestamp\` is ${wanted === 'Active' ? '' : 'not '}empty`,
        );
      return faults.list;
    },
  },
});
