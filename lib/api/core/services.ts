import type { Service } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { dns1035Label } from '../validation/names.js';
import { labelsText } from './cells.js';
import { externalAddressText, portsText } from './service-cells.js';
import { validateService, validateServiceUpdate } from './service-rules.js';

/**
 * A stable address for a set of pods. The rules here are those that need no other object: addresses and node ports are given by
 * the registry.
 */
export const services = defineBuiltIn<Service>('v1/services', {
  storagePrefix: '/registry/services/specs',
  names: dns1035Label,
  cells: {
    Type: ({ spec }) => spec?.type ?? '',
    'Cluster-IP': ({ spec }) => spec?.clusterIPs?.[0] ?? spec?.clusterIP ?? '<none>',
    'External-IP': externalAddressText,
    'Port(s)': ({ spec }) => portsText(spec?.ports ?? []),
    Selector: ({ spec }) => labelsText(spec?.selector),
  },
  rules: {
    default({ spec }) {
      if (spec?.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
    },
    validate: validateService,
    validateUpdate: validateServiceUpdate,
  },
});
