import type { ComponentStatus } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../meta/conditions.js';
import { structuralKind } from '../structural-kind.js';
import type { ResourceDefinition } from '../resource-definition.js';

const healthy = ({ conditions }: ComponentStatus) => conditionOf(conditions, 'Healthy');
const STATES: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' };

/** How the parts of a control plane are. API servers answer by asking them; nothing is stored. */
export const componentStatuses: ResourceDefinition<ComponentStatus> = {
  ...structuralKind<ComponentStatus>('v1/componentstatuses', {
    cells: {
      Status: (component) => STATES[healthy(component)?.status ?? ''] ?? 'Unknown',
      Message: (component) => healthy(component)?.message ?? '',
      Error: (component) => healthy(component)?.error ?? '',
    },
  }),
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
};
