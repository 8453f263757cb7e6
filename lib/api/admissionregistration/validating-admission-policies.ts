import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
} from 'kubernetes-types/admissionregistration/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { qualifiedName } from '../validation/names.js';
import type { AdmissionExpressions } from './admission-expressions.js';
import { paramKindCell, paramRefCell, validateMatchResources } from './match-resources.js';
import { validateBinding, validatePolicyExpressions, validatePolicyMatch } from './policy-rules.js';

const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION_BYTES = 5 * 1024;
const ACTIONS = ['Audit', 'Deny', 'Warn'];

/** Expressions that say whether a write is fine. */
export const validatingAdmissionPolicies = defineBuiltIn<ValidatingAdmissionPolicy>(
  'admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  {
    cells: {
      Validations: ({ spec }) => (spec?.validations ?? []).length,
      ParamKind: ({ spec }) => paramKindCell(spec?.paramKind),
    },
    rules: {
      validate({ metadata, spec = {} }) {
        const faults = new Faults();
        const { validations, auditAnnotations } = spec;
        validatePolicyMatch(faults, 'spec', spec);
        const expressions = validatePolicyExpressions(faults, 'spec', spec);
        if (!validations?.length && !auditAnnotations?.length) {
          const detail = 'validations or auditAnnotations must contain at least one item';
          faults.required('spec.validations', undefined, detail);
          faults.required('spec.auditAnnotations', undefined, detail);
        }
        validations?.forEach((validation, index) => validateValidation(faults, `spec.validations[${index}]`, validation, expressions));
        validateAuditAnnotations(faults, metadata?.name ?? '', auditAnnotations ?? [], expressions);
        return faults.list;
      },
    },
  },
);

/** Where a policy holds, and what happens to a write that it does not like. */
export const validatingAdmissionPolicyBindings = defineBuiltIn<ValidatingAdmissionPolicyBinding>(
  'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  {
    cells: { PolicyName: ({ spec }) => spec?.policyName ?? '', ParamRef: ({ spec }) => paramRefCell(spec?.paramRef) },
    rules: {
      validate({ spec = {} }) {
        const faults = new Faults();
        validateBinding(faults, 'spec', spec);
        // The real server spells the path like this.
        if (spec.matchResources) validateMatchResources(faults, 'spec.matchResouces', spec.matchResources);
        validateActions(faults, 'spec.validationActions', spec.validationActions ?? []);
        return faults.list;
      },
    },
  },
);

function validateValidation(faults: Faults, path: string, validation: Validation, expressions: AdmissionExpressions): void {
  const { expression, messageExpression = '', message = '', reason } = validation;
  if (faults.required(`${path}.expression`, expression?.trim(), 'expression is not specified'))
    expressions.check(faults, `${path}.expression`, expression, 'bool');
  if (messageExpression !== '' && messageExpression.trim() === '')
    faults.invalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified');
  else if (messageExpression !== '') expressions.check(faults, `${path}.messageExpression`, messageExpression, 'string');
  if (message !== '' && message.trim() === '') faults.invalid(`${path}.message`, message, 'message must be non-empty if specified');
  else if (/[\n\r]/.test(message.trim())) faults.invalid(`${path}.message`, message, 'message must not contain line breaks');
  faults.oneOf(`${path}.reason`, reason, ['Forbidden', 'Invalid', 'RequestEntityTooLarge']);
}

function validateAuditAnnotations(
  faults: Faults,
  policy: string,
  annotations: readonly AuditAnnotation[],
  expressions: AdmissionExpressions,
): void {
  const path = 'spec.auditAnnotations';
  if (annotations.length > MAX_AUDIT_ANNOTATIONS)
    faults.invalid(path, annotations, `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`);
  annotations.forEach(({ key, valueExpression }, index) => {
    const at = `${path}[${index}]`;
    faults.syntax(`${at}.key`, `${policy}/${key ?? ''}`, qualifiedName);
    const expression = valueExpression?.trim();
    if (faults.required(`${at}.valueExpression`, expression, 'valueExpression is not specified')) {
      if (Buffer.byteLength(expression) > MAX_VALUE_EXPRESSION_BYTES)
        faults.required(`${at}.valueExpression`, undefined, `must not exceed ${MAX_VALUE_EXPRESSION_BYTES} bytes in length`);
      else expressions.check(faults, `${at}.valueExpression`, expression, 'string or null');
    }
    if (annotations.findIndex((one) => one.key === key) < index) faults.duplicate(`${at}.key`, key);
  });
}

function validateActions(faults: Faults, path: string, actions: readonly string[]): void {
  actions.forEach((action, index) => {
    faults.oneOf(`${path}[${index}]`, action, ACTIONS);
    if (actions.indexOf(action) < index) faults.duplicate(`${path}[${index}]`, action);
  });
  if (actions.includes('Deny') && actions.includes('Warn'))
    faults.invalid(
      path,
      actions,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    );
  faults.required(path, actions.length || undefined, 'at least one validation action is required');
}
