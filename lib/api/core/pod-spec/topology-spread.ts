import type { TopologySpreadConstraint } from 'kubernetes-types/core/v1.js';
import { notSupported } from '../../field-error.js';
import type { Faults } from '../../validation/faults.js';
import { validateLabelSelector } from '../../validation/label-selector.js';
import { qualifiedName } from '../../validation/names.js';

const UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway'];

/** How pods spread over zones, nodes, … */
export function validateSpread(faults: Faults, path: string, constraints: readonly TopologySpreadConstraint[]): void {
  constraints.forEach((constraint, index) => {
    const at = `${path}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, nodeAffinityPolicy, nodeTaintsPolicy, labelSelector } = constraint;
    if (maxSkew <= 0) faults.invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero');
    faults.requiredSyntax(`${at}.topologyKey`, topologyKey, qualifiedName);
    if (!UNSATISFIABLE.includes(whenUnsatisfiable)) faults.add(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, UNSATISFIABLE));
    const twin = constraints.slice(index + 1).some((one) => one.topologyKey === topologyKey && one.whenUnsatisfiable === whenUnsatisfiable);
    if (twin) faults.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    if (minDomains !== undefined) {
      if (minDomains <= 0) faults.invalid(`${at}.minDomains`, minDomains, 'must be greater than zero');
      else if (whenUnsatisfiable !== 'DoNotSchedule')
        faults.invalid(
          `${at}.minDomains`,
          minDomains,
          'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ' + whenUnsatisfiable,
        );
    }
    faults.oneOf(`${at}.nodeAffinityPolicy`, nodeAffinityPolicy, ['Honor', 'Ignore']);
    faults.oneOf(`${at}.nodeTaintsPolicy`, nodeTaintsPolicy, ['Honor', 'Ignore']);
    validateLabelSelector(faults, `${at}.labelSelector`, labelSelector);
    const { matchLabelKeys = [] } = constraint;
    if (matchLabelKeys.length > 0 && !labelSelector)
      faults.forbidden(`${at}.matchLabelKeys`, 'must not be specified when labelSelector is not set');
    else matchLabelKeys.forEach((key, place) => faults.syntax(`${at}.matchLabelKeys[${place}]`, key, qualifiedName));
  });
}
