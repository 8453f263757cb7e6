import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from 'kubernetes-types/autoscaling/v2.js';
import { Quantity } from '../meta/quantity.js';
import type { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { dnsLabel, pathSegment } from '../validation/names.js';
import { validateReference } from './reference.js';

/** The sources of metrics, in the order in which the real server looks at them: only the first that is there is checked. */
const SOURCES = {
  object: validateObjectSource,
  external: validateExternalSource,
  pods: validatePodsSource,
  resource: validateResourceSource,
  containerResource: validateContainerResourceSource,
} satisfies { [K in keyof MetricSpec]?: (faults: Faults, path: string, source: NonNullable<MetricSpec[K]>) => void };

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
type SourceName = keyof typeof SOURCES;

/** What an autoscaler looks at: each metric has just the source of its type. */
export function validateMetrics(faults: Faults, path: string, metrics: readonly MetricSpec[]): void {
  metrics.forEach((metric, index) => validateMetric(faults, `${path}[${index}]`, metric));
}

function validateMetric(faults: Faults, path: string, metric: MetricSpec): void {
  faults.required(`${path}.type`, metric.type, 'must specify a metric source type');
  const known = faults.oneOf(`${path}.type`, metric.type, TYPES);
  const given = (Object.keys(SOURCES) as SourceName[]).filter((name) => metric[name] !== undefined);
  const first = given[0];
  if (first) (SOURCES[first] as (faults: Faults, path: string, source: unknown) => void)(faults, `${path}.${first}`, metric[first]);
  const expected = known && metric.type ? metric.type.charAt(0).toLowerCase() + metric.type.slice(1) : undefined;
  if (expected !== undefined)
    faults.required(`${path}.${expected}`, metric[expected as SourceName], 'must populate information for the given metric source');
  if (given.length > 1)
    for (const name of given) if (name !== expected) faults.forbidden(`${path}.${name}`, 'must populate the given metric source only');
}

function validateObjectSource(faults: Faults, path: string, { describedObject, metric, target }: ObjectMetricSource): void {
  validateReference(faults, `${path}.describedObject`, describedObject, false);
  validateIdentifier(faults, `${path}.metric`, metric);
  validateTarget(faults, `${path}.target`, target);
  if (!target?.value && !target?.averageValue)
    faults.required(`${path}.target.averageValue`, undefined, 'must set either a target value or averageValue');
}

function validateExternalSource(faults: Faults, path: string, { metric, target }: ExternalMetricSource): void {
  validateIdentifier(faults, `${path}.metric`, metric);
  validateTarget(faults, `${path}.target`, target);
  if (!target?.value && !target?.averageValue)
    faults.required(`${path}.target.averageValue`, undefined, 'must set either a target value for metric or a per-pod target');
  if (target?.value && target.averageValue)
    faults.forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target');
}

function validatePodsSource(faults: Faults, path: string, { metric, target }: PodsMetricSource): void {
  validateIdentifier(faults, `${path}.metric`, metric);
  validateTarget(faults, `${path}.target`, target);
  faults.required(`${path}.target.averageValue`, target?.averageValue, 'must specify a positive target averageValue');
}

function validateResourceSource(faults: Faults, path: string, { name, target }: ResourceMetricSource): void {
  faults.required(`${path}.name`, name, 'must specify a resource name');
  validateUtilization(faults, `${path}.target`, target);
}

function validateContainerResourceSource(faults: Faults, path: string, { name, container, target }: ContainerResourceMetricSource): void {
  faults.required(`${path}.name`, name, 'must specify a resource name');
  if (faults.required(`${path}.container`, container, 'must specify a container')) faults.syntax(`${path}.container`, container, dnsLabel);
  validateUtilization(faults, `${path}.target`, target);
}

function validateUtilization(faults: Faults, path: string, target: MetricTarget | undefined): void {
  validateTarget(faults, path, target);
  if (target?.averageUtilization === undefined && !target?.averageValue)
    faults.required(`${path}.averageUtilization`, undefined, 'must set either a target raw value or a target utilization');
  if (target?.averageUtilization !== undefined && target.averageValue)
    faults.forbidden(`${path}.averageValue`, 'may not set both a target raw value and a target utilization');
}

function validateTarget(faults: Faults, path: string, target: MetricTarget | undefined): void {
  const { type = '', value, averageValue, averageUtilization } = target ?? {};
  faults.required(`${path}.type`, type, 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    faults.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue');
  validatePositive(faults, `${path}.value`, value);
  validatePositive(faults, `${path}.averageValue`, averageValue);
  if (averageUtilization !== undefined && averageUtilization < 1)
    faults.invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0');
}

function validatePositive(faults: Faults, path: string, text: string | undefined): void {
  if (text !== undefined && Quantity.parse(text).sign() <= 0) faults.invalid(path, text, 'must be positive');
}

function validateIdentifier(faults: Faults, path: string, metric: MetricIdentifier | undefined): void {
  if (faults.required(`${path}.name`, metric?.name, 'must specify a metric name')) faults.syntax(`${path}.name`, metric!.name, pathSegment);
  validateLabelSelector(faults, `${path}.selector`, metric?.selector);
}
