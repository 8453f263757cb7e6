import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import { structuralKind } from '../structural-kind.js';

export const horizontalPodAutoscalers = structuralKind<HorizontalPodAutoscaler>('autoscaling/v2/horizontalpodautoscalers', {
  cells: {
    Reference: ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`,
    MinPods: ({ spec }) => String(spec?.minReplicas ?? '<unset>'),
    MaxPods: ({ spec }) => spec?.maxReplicas ?? 0,
    Replicas: ({ status }) => status?.currentReplicas ?? 0,
  },
});
