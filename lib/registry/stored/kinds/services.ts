import type { Service, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { ServiceAllocator } from '../services/service-allocator.js';
import { dropFieldsOfOldType, keepAllocated, needsAddress } from '../services/service-fields.js';
import type { KindStrategy } from './strategy.js';

/** A service gets an address from the service range, and ports of the nodes where its type has them. */
export function serviceStrategy(allocator: ServiceAllocator): KindStrategy<Service> {
  return {
    prepare(draft, old, { subresource }) {
      if (subresource !== undefined || !draft.spec) return;
      if (old?.spec) {
        keepAllocated(draft.spec, old.spec);
        dropFieldsOfOldType(draft.spec, old.spec);
      }
      completeAddress(draft.spec);
    },
    reserve: (draft, old, name, dryRun) => allocator.reserve(draft, old, name, dryRun),
    release: (service) => allocator.release(service),
  };
}

/** `clusterIP` and the list of one that says the same, and the families that go with them. */
function completeAddress(spec: ServiceSpec): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  else if (!spec.clusterIP && spec.clusterIPs?.length) spec.clusterIP = spec.clusterIPs[0]!;
  if (spec.type === 'ExternalName') return;
  if (needsAddress(spec) || spec.clusterIP === 'None') {
    spec.ipFamilies ??= ['IPv4'];
    spec.ipFamilyPolicy ??= 'SingleStack';
  }
}
