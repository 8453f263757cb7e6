import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { Faults } from './faults.js';
import { validateLabels } from './metadata.js';
import { labelValue, qualifiedName } from './names.js';

/** Checks the `selector` of a workload, a policy, … */
export function validateLabelSelector(faults: Faults, path: string, selector: LabelSelector | null | undefined): void {
  if (!selector) return;
  validateLabels(faults, `${path}.matchLabels`, selector.matchLabels);
  selector.matchExpressions?.forEach(({ key, operator, values = [] }, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    switch (operator) {
      case 'In':
      case 'NotIn':
        faults.required(`${at}.values`, values.length || undefined, "must be specified when `operator` is 'In' or 'NotIn'");
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) faults.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        break;
      default:
        faults.invalid(`${at}.operator`, operator, 'not a valid selector operator');
    }
    faults.syntax(`${at}.key`, key, qualifiedName);
    values.forEach((value, place) => faults.syntax(`${at}.values[${place}]`, value, labelValue));
  });
}
