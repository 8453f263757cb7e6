import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { structuralKind } from '../structural-kind.js';

export const podDisruptionBudgets = structuralKind<PodDisruptionBudget>('policy/v1/poddisruptionbudgets', {
  cells: {
    'Min Available': ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
    'Max Unavailable': ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
    'Allowed Disruptions': ({ status }) => status?.disruptionsAllowed ?? 0,
  },
});
