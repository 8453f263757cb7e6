import type { Node, Taint } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { cidr, familyOf } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';
import { labelValue, qualifiedName } from '../validation/names.js';
import { addressOf, roleNames, statusText } from './node-cells.js';

export const nodes = defineBuiltIn<Node>('v1/nodes', {
  storagePrefix: '/registry/minions',
  keepsStatusOnCreate: true,
  fields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  cells: {
    Status: statusText,
    Roles: roleNames,
    Version: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
    'Internal-IP': (node) => addressOf(node, 'InternalIP'),
    'External-IP': (node) => addressOf(node, 'ExternalIP'),
    'OS-Image': ({ status }) => status?.nodeInfo?.osImage || '<unknown>',
    'Kernel-Version': ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>',
    'Container-Runtime': ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
  },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      validateTaints(faults, spec.taints ?? []);
      validateRanges(faults, spec.podCIDRs ?? []);
      return faults.list;
    },
    validateUpdate({ spec = {} }, { spec: old = {} }) {
      const faults = new Faults();
      if (old.podCIDRs && old.podCIDRs.length > 0 && spec.podCIDRs?.join() !== old.podCIDRs.join())
        faults.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
      if (old.providerID && spec.providerID !== old.providerID)
        faults.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
      return faults.list;
    },
  },
});

/** The path is the real server's: `metadata.taints` for what stands in `spec.taints`. */
function validateTaints(faults: Faults, taints: readonly Taint[]): void {
  const seen = new Set<string>();
  taints.forEach(({ key, value, effect }, index) => {
    const path = `metadata.taints[${index}]`;
    if (faults.required(`${path}.key`, key)) faults.syntax(`${path}.key`, key, qualifiedName);
    if (value) faults.syntax(`${path}.value`, value, labelValue);
    faults.requiredOneOf(`${path}.effect`, effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
    const both = `${key}:${effect}`;
    if (seen.has(both)) faults.duplicate(path, { key, value, effect });
    seen.add(both);
  });
}

function validateRanges(faults: Faults, ranges: readonly string[]): void {
  const fine = ranges.map((range, index) => faults.syntax(`spec.podCIDRs[${index}]`, range, cidr));
  if (ranges.length < 2 || fine.includes(false)) return;
  const families = new Set(ranges.map((range) => familyOf(range.split('/')[0] ?? '')));
  if (ranges.length > 2 || families.size < ranges.length)
    faults.invalid('spec.podCIDRs', ranges, 'may specify no more than one CIDR for each IP family');
}
