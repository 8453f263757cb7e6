import type { FlowSchema, FlowSchemaSpec, PolicyRulesWithSubjects } from 'kubernetes-types/flowcontrol/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { dnsSubdomain } from '../validation/names.js';
import { validateConditionTypes } from './condition-types.js';
import { validateNonResourceRule, validateResourceRule, validateSubject } from './flow-rules.js';

const EXEMPT = 'exempt';
const LAST_PRECEDENCE = 10_000;

/** Which requests are of which priority. */
export const flowSchemas = defineBuiltIn<FlowSchema>('flowcontrol.apiserver.k8s.io/v1/flowschemas', {
  cells: {
    PriorityLevel: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '',
    MatchingPrecedence: ({ spec }) => spec?.matchingPrecedence ?? 0,
    DistinguisherMethod: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
    MissingPL: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  },
  rules: {
    validate({ metadata, spec, status }) {
      const faults = new Faults();
      validateSpec(faults, 'spec', metadata?.name ?? '', spec ?? {});
      validateConditionTypes(faults, 'status.conditions', status?.conditions ?? []);
      return faults.list;
    },
  },
});

function validateSpec(faults: Faults, path: string, name: string, spec: Partial<FlowSchemaSpec>): void {
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method, priorityLevelConfiguration: level, rules = [] } = spec;
  if (precedence <= 0) faults.invalid(`${path}.matchingPrecedence`, precedence, 'must be a positive value');
  if (precedence > LAST_PRECEDENCE) faults.invalid(`${path}.matchingPrecedence`, precedence, `must not be greater than ${LAST_PRECEDENCE}`);
  if (precedence === 1 && name !== EXEMPT)
    faults.invalid(`${path}.matchingPrecedence`, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  if (method) faults.oneOf(`${path}.distinguisherMethod.type`, method.type, ['ByNamespace', 'ByUser']);
  const reference = `${path}.priorityLevelConfiguration.name`;
  if (faults.required(reference, level?.name, 'must reference a priority level')) faults.syntax(reference, level!.name, dnsSubdomain);
  rules.forEach((rule, index) => validateRule(faults, `${path}.rules[${index}]`, rule));
}

function validateRule(faults: Faults, path: string, rule: PolicyRulesWithSubjects): void {
  const { resourceRules = [], nonResourceRules = [] } = rule;
  const subjects = rule.subjects ?? [];
  faults.required(`${path}.subjects`, subjects.length || undefined, 'subjects must contain at least one value');
  subjects.forEach((subject, index) => validateSubject(faults, `${path}.subjects[${index}]`, subject));
  if (resourceRules.length === 0 && nonResourceRules.length === 0)
    faults.required(path, undefined, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  resourceRules.forEach((one, index) => validateResourceRule(faults, `${path}.resourceRules[${index}]`, one));
  nonResourceRules.forEach((one, index) => validateNonResourceRule(faults, `${path}.nonResourceRules[${index}]`, one));
}
