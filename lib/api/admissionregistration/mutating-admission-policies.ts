import type { MatchResources } from 'kubernetes-types/admissionregistration/v1.js';
import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import { Faults } from '../validation/faults.js';
import { paramKindCell, paramRefCell, validateMatchResources } from './match-resources.js';
import type { BindingSpec, PolicySpec } from './policy-rules.js';
import { validateBinding, validatePolicyExpressions, validatePolicyMatch } from './policy-rules.js';

/** A deletion cannot be changed. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

interface Expression {
  readonly expression?: string;
}

interface Mutation {
  readonly patchType?: string;
  readonly applyConfiguration?: Expression;
  readonly jsonPatch?: Expression;
}

interface MutatingAdmissionPolicy extends KubeObject {
  readonly spec?: PolicySpec & { readonly mutations?: readonly Mutation[]; readonly reinvocationPolicy?: string };
}

interface MutatingAdmissionPolicyBinding extends KubeObject {
  readonly spec?: BindingSpec;
}

/** Expressions that change what is written. */
export const mutatingAdmissionPolicies = defineBuiltIn<MutatingAdmissionPolicy>(
  'admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
  {
    cells: { Mutations: ({ spec }) => (spec?.mutations ?? []).length, ParamKind: ({ spec }) => paramKindCell(spec?.paramKind) },
    rules: {
      validate({ spec = {} }) {
        const faults = new Faults();
        const { mutations } = spec;
        validatePolicyMatch(faults, 'spec', spec);
        if (spec.matchConstraints) validateMutableOperations(faults, 'spec.matchConstraints', spec.matchConstraints);
        validatePolicyExpressions(faults, 'spec', spec);
        faults.required('spec.mutations', mutations?.length || undefined, 'mutations must contain at least one item');
        mutations?.forEach((mutation, index) => validateMutation(faults, `spec.mutations[${index}]`, mutation));
        faults.requiredOneOf('spec.reinvocationPolicy', spec.reinvocationPolicy, ['IfNeeded', 'Never']);
        return faults.list;
      },
    },
  },
);

/** Where a policy holds. */
export const mutatingAdmissionPolicyBindings = defineBuiltIn<MutatingAdmissionPolicyBinding>(
  'admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings',
  {
    cells: { PolicyName: ({ spec }) => spec?.policyName ?? '', ParamRef: ({ spec }) => paramRefCell(spec?.paramRef) },
    rules: {
      validate({ spec = {} }) {
        const faults = new Faults();
        validateBinding(faults, 'spec', spec);
        if (spec.matchResources) {
          validateMatchResources(faults, 'spec.matchResources', spec.matchResources);
          validateMutableOperations(faults, 'spec.matchResources', spec.matchResources);
        }
        return faults.list;
      },
    },
  },
);

function validateMutableOperations(faults: Faults, path: string, { resourceRules = [] }: MatchResources): void {
  for (const { operations = [] } of resourceRules)
    for (const operation of operations) faults.oneOf(`${path}.resourceRules.operations`, operation, OPERATIONS);
}

function validateMutation(faults: Faults, path: string, mutation: Mutation): void {
  const { patchType, applyConfiguration, jsonPatch } = mutation;
  if (!faults.requiredOneOf(`${path}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch'])) return;
  const [used, unused] =
    patchType === 'JSONPatch'
      ? ([
          ['jsonPatch', jsonPatch],
          ['applyConfiguration', applyConfiguration],
        ] as const)
      : ([
          ['applyConfiguration', applyConfiguration],
          ['jsonPatch', jsonPatch],
        ] as const);
  if (faults.required(`${path}.${used[0]}`, used[1], `must be specified when patchType is ${patchType}`))
    faults.required(`${path}.${used[0]}.expression`, used[1]!.expression?.trim());
  if (unused[1]) faults.invalid(`${path}.${unused[0]}`, `{${unused[0]}}`, `must not be specified when patchType is ${patchType}`);
}
