import type { CrossVersionObjectReference } from 'kubernetes-types/autoscaling/v2.js';
import type { Faults } from '../validation/faults.js';
import { pathSegment } from '../validation/names.js';

/** An object of any group. */
export function validateReference(
  faults: Faults,
  path: string,
  reference: Partial<CrossVersionObjectReference> | undefined,
  needsGroup: boolean,
): void {
  const { kind, name, apiVersion = '' } = reference ?? {};
  faults.requiredSyntax(`${path}.kind`, kind, pathSegment);
  faults.requiredSyntax(`${path}.name`, name, pathSegment);
  const slashes = apiVersion === '/' ? 0 : apiVersion.split('/').length - 1;
  if (slashes > 1) faults.invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else if (needsGroup && (slashes === 0 || apiVersion.startsWith('/')))
    faults.invalid(`${path}.apiVersion`, apiVersion, 'apiVersion must specify API group');
}
