import { normalizedFieldPath } from '../cel/schema/field-path.js';
import type { Schema, ValidationRule } from '../schema/schema.js';
import type { Faults } from '../validation/faults.js';
import type { JsonSchema } from './schema-shape.js';

export const RULES = 'x-kubernetes-validations';
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const LINE_BREAK = /[\n\r]/;

/** What is wrong with the rules of a schema before their expressions are read. */
export function ruleShapeFaults(faults: Faults, path: string, schema: JsonSchema): void {
  schema[RULES]?.forEach((rule, index) => {
    const at = `${path}.${RULES}[${index}]`;
    textFaults(faults, at, rule);
    if (rule.messageExpression && rule.messageExpression.trim() === '')
      faults.required(`${at}.messageExpression`, undefined, 'messageExpression must be non-empty if specified');
    faults.oneOf(`${at}.reason`, rule.reason, REASONS);
    fieldPathFaults(faults, `${at}.fieldPath`, rule.fieldPath, schema);
  });
}

function textFaults(faults: Faults, at: string, { rule = '', message }: ValidationRule): void {
  const words = message?.trim() ?? '';
  if (rule.trim() === '') faults.required(`${at}.rule`, undefined, 'rule is not specified');
  else if (message && words === '') faults.invalid(`${at}.message`, message, 'message must be non-empty if specified');
  else if (LINE_BREAK.test(words)) faults.invalid(`${at}.message`, message, 'message must not contain line breaks');
  else if (LINE_BREAK.test(rule.trim()) && words === '')
    faults.required(`${at}.message`, undefined, 'message must be specified if rule contains line breaks');
}

function fieldPathFaults(faults: Faults, at: string, fieldPath: string | undefined, schema: JsonSchema): void {
  if (!fieldPath) return;
  if (fieldPath.trim() === '') faults.invalid(at, fieldPath, 'fieldPath must be non-empty if specified');
  if (/\n/.test(fieldPath)) faults.invalid(at, fieldPath, 'fieldPath must not contain line breaks');
  if (normalizedFieldPath(fieldPath, schema as Schema) === undefined) faults.invalid(at, fieldPath, 'fieldPath must be a valid path');
}
