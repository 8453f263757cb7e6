import type { StatusCause } from '../../../api/status-error.js';
import { StatusError } from '../../../api/status-error.js';
import type { FieldSet } from './field-set.js';
import { printFields } from './field-set.js';
import type { Owner } from './owners.js';

/** Fields that an applier wants to change and another owner has. */
export interface Conflict {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

/** The refusal of an apply: one cause for each field and owner. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const found = [...conflicts]
    .sort((a, b) => (sortText(a.owner) < sortText(b.owner) ? -1 : 1))
    .map(({ owner, fields }) => ({ owner: printOwner(owner), fields: printFields(fields) }));
  const causes = found.flatMap(({ owner, fields }) => fields.map((field) => causeOf(owner, field)));
  const [only] = found;
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: conflict with ${only!.owner}: ${only!.fields[0]}`
      : `Apply failed with ${causes.length} conflicts: ${found.map(({ owner, fields }) => listed(owner, fields)).join('\n')}`;
  return new StatusError('Conflict', message, { details: { causes } });
}

const causeOf = (owner: string, field: string): StatusCause => ({
  reason: 'FieldManagerConflict',
  message: `conflict with ${owner}`,
  field,
});

const listed = (owner: string, fields: readonly string[]) =>
  [`conflicts with ${owner}:`, ...fields.map((field) => `- ${field}`)].join('\n');

function printOwner({ manager, operation, apiVersion, subresource }: Owner): string {
  const where = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(manager)}${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

const sortText = ({ manager, operation, apiVersion, subresource }: Owner) =>
  [manager, operation, operation === 'Update' ? apiVersion : '', subresource].join('\0');
