import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from 'kubernetes-types/autoscaling/v2.js';

const UNKNOWN = '<unknown>';
/** How many metrics a table shows before it says how many more there are. */
const SHOWN = 2;

/** The TARGETS of an autoscaler: `cpu: <unknown>/50%, 3/10 (avg) + 1 more...`. */
export function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.map((metric, index) => metricText(metric, status?.currentMetrics?.[index]));
  return texts.length <= SHOWN ? texts.join(', ') : `${texts.slice(0, SHOWN).join(', ')} + ${texts.length - SHOWN} more...`;
}

function metricText(metric: MetricSpec, status: MetricStatus | undefined): string {
  switch (metric.type) {
    case 'External':
      return valueText(metric.external?.target, status?.external?.current);
    case 'Object':
      return valueText(metric.object?.target, status?.object?.current);
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${metric.pods?.target.averageValue ?? ''}`;
    case 'Resource':
      return `${metric.resource?.name ?? ''}: ${utilizationText(metric.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${metric.containerResource?.name ?? ''}: ${utilizationText(metric.containerResource?.target, status?.containerResource?.current)}`;
    default:
      return '<unknown type>';
  }
}

function valueText(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  return target?.averageValue
    ? `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`
    : `${current?.value ?? UNKNOWN}/${target?.value ?? ''}`;
}

function utilizationText(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  const used = current?.averageUtilization;
  return `${used === undefined ? UNKNOWN : `${used}%`}/${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}
