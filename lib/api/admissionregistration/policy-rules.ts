import type { MatchResources, ParamKind, ParamRef } from 'kubernetes-types/admissionregistration/v1.js';
import type { Faults } from '../validation/faults.js';
import { dnsSubdomain } from '../validation/names.js';
import { AdmissionExpressions } from './admission-expressions.js';
import { validateMatchConstraints, validateParamKind, validateParamRef } from './match-resources.js';
import type { MatchCondition } from './webhook-rules.js';
import { validateMatchConditions } from './webhook-rules.js';

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
/** Words of CEL, which name nothing. */
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** What policies that check and policies that change have in common. */
export interface PolicySpec {
  readonly failurePolicy?: string;
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
}

/** What bindings of both have in common. */
export interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** The fields before the conditions: failures, parameters, and what is looked at. */
export function validatePolicyMatch(faults: Faults, path: string, spec: PolicySpec): void {
  faults.requiredOneOf(`${path}.failurePolicy`, spec.failurePolicy, ['Fail', 'Ignore']);
  if (spec.paramKind) validateParamKind(faults, `${path}.paramKind`, spec.paramKind);
  validateMatchConstraints(faults, `${path}.matchConstraints`, spec.matchConstraints);
}

/** Conditions and variables. Gives what the policy's other expressions may name. */
export function validatePolicyExpressions(faults: Faults, path: string, spec: PolicySpec): AdmissionExpressions {
  const hasParams = spec.paramKind !== undefined;
  const conditions = new AdmissionExpressions({ ofPolicy: true, hasParams });
  validateMatchConditions(faults, `${path}.matchConditions`, spec.matchConditions ?? [], conditions);
  const expressions = new AdmissionExpressions({ ofPolicy: true, hasParams });
  spec.variables?.forEach(({ name, expression }, index) => {
    const at = `${path}.variables[${index}]`;
    if (faults.required(`${at}.name`, name?.trim(), 'name is not specified') && (!IDENTIFIER.test(name) || RESERVED.has(name)))
      faults.invalid(`${at}.name`, name, 'name is not a valid CEL identifier');
    if (faults.required(`${at}.expression`, expression?.trim(), 'expression is not specified'))
      expressions.define(name, expressions.check(faults, `${at}.expression`, expression, 'anything'));
  });
  return expressions;
}

/** Which policy a binding puts into force, with which parameters. */
export function validateBinding(faults: Faults, path: string, spec: BindingSpec): void {
  faults.requiredSyntax(`${path}.policyName`, spec.policyName, dnsSubdomain);
  if (spec.paramRef) validateParamRef(faults, `${path}.paramRef`, spec.paramRef);
}
