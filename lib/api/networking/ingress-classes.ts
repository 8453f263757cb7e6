import type { IngressClass, IngressClassParametersReference } from 'kubernetes-types/networking/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { dnsLabel, dnsSubdomain, domainPrefixedPath, pathSegment } from '../validation/names.js';

const MAX_CONTROLLER_BYTES = 250;

/** Who implements ingresses, and with which parameters. */
export const ingressClasses = defineBuiltIn<IngressClass>('networking.k8s.io/v1/ingressclasses', {
  cells: {
    Controller: ({ spec }) => spec?.controller ?? '',
    Parameters: ({ spec }) =>
      spec?.parameters ? `${spec.parameters.kind}.${spec.parameters.apiGroup ?? ''}/${spec.parameters.name}` : '<none>',
  },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      const { controller, parameters } = spec;
      if (faults.required('spec.controller', controller)) {
        if (Buffer.byteLength(controller!) > MAX_CONTROLLER_BYTES) faults.tooLong('spec.controller', MAX_CONTROLLER_BYTES);
        faults.syntax('spec.controller', controller!, domainPrefixedPath);
      }
      if (parameters) validateParameters(faults, 'spec.parameters', parameters);
      return faults.list;
    },
    validateUpdate({ spec = {} }, { spec: old = {} }) {
      const faults = new Faults();
      faults.immutable('spec.controller', spec.controller, old.controller);
      return faults.list;
    },
  },
});

function validateParameters(faults: Faults, path: string, parameters: IngressClassParametersReference): void {
  const { apiGroup, kind, name, scope, namespace } = parameters;
  if (apiGroup !== undefined) faults.syntax(`${path}.apiGroup`, apiGroup, dnsSubdomain);
  faults.requiredSyntax(`${path}.kind`, kind, pathSegment);
  faults.requiredSyntax(`${path}.name`, name, pathSegment);
  if (!faults.requiredOneOf(`${path}.scope`, scope, ['Cluster', 'Namespace'])) return;
  if (scope === 'Cluster') {
    if (namespace !== undefined) faults.forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'");
  } else if (namespace === undefined) faults.required(`${path}.namespace`, undefined, "`parameters.scope` is set to 'Namespace'");
  else faults.syntax(`${path}.namespace`, namespace, dnsLabel);
}
