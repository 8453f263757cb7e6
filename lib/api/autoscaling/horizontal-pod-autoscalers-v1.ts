import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v1.js';
import type { HorizontalPodAutoscaler as Autoscaler } from 'kubernetes-types/autoscaling/v2.js';
import { defineBuiltIn } from '../built-in.js';
import type { KubeObject, Stored } from '../object.js';
import type { ResourceDefinition, StoredForm } from '../resource-definition.js';
import { builtInSchema } from '../schema/built-in-schema.js';
import { decodeType } from '../schema/decode.js';
import { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.js';
import type { Fields } from './metric-annotations.js';
import { takeExtras, withExtras } from './metric-annotations.js';

type Shape = KubeObject & { readonly spec?: Fields; readonly status?: Fields };

const V2 = 'autoscaling/v2.HorizontalPodAutoscaler';
const V1 = 'autoscaling/v1.HorizontalPodAutoscaler';

/** The one metric that version 1 has a field for. */
const isProcessor = (path: 'target' | 'current') => (metric: Fields) => {
  const resource = metric['resource'] as Fields | undefined;
  return metric['type'] === 'Resource' && resource?.['name'] === 'cpu' && utilization(metric, path) !== undefined;
};

function utilization(metric: Fields | undefined, path: 'target' | 'current'): unknown {
  return ((metric?.['resource'] as Fields | undefined)?.[path] as Fields | undefined)?.['averageUtilization'];
}

function toOld(object: KubeObject): KubeObject {
  const given = object as Shape;
  const { metrics = [], behavior, ...spec } = (given.spec ?? {}) as { metrics?: readonly Fields[]; behavior?: Fields };
  const {
    currentMetrics = [],
    conditions = [],
    ...status
  } = (given.status ?? {}) as Record<'currentMetrics' | 'conditions', readonly Fields[]>;
  const wanted = metrics.find(isProcessor('target'));
  const current = (currentMetrics ?? []).find(isProcessor('current'));
  const annotations = withExtras(object.metadata, {
    metrics: metrics.filter((one) => one !== wanted),
    currentMetrics: currentMetrics ?? [],
    conditions: conditions ?? [],
    ...(behavior ? { behavior } : {}),
  });
  return shaped(V1, object, annotations, {
    spec: { ...spec, ...optional('targetCPUUtilizationPercentage', utilization(wanted, 'target')) },
    status: { ...status, ...optional('currentCPUUtilizationPercentage', utilization(current, 'current')) },
  });
}

function toNew(object: KubeObject): KubeObject {
  const given = object as Shape;
  const { targetCPUUtilizationPercentage: wanted, ...spec } = given.spec ?? {};
  const { currentCPUUtilizationPercentage: _, ...status } = given.status ?? {};
  const { annotations, extras } = takeExtras(object.metadata);
  const { metrics = [], behavior, currentMetrics, conditions } = extras;
  const processor =
    wanted === undefined
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: wanted } } }];
  const all = [...processor, ...metrics];
  return shaped(V2, object, annotations, {
    spec: { ...spec, ...optional('metrics', all.length > 0 ? all : undefined), ...optional('behavior', behavior) },
    status: { ...status, ...optional('currentMetrics', currentMetrics), ...optional('conditions', conditions) },
  });
}

const optional = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value });

/** In the form in which that version is stored. */
function shaped(type: string, { metadata }: KubeObject, annotations: Record<string, string>, parts: object): KubeObject {
  const { annotations: _, ...others } = metadata ?? {};
  const shown = decodeType(builtInSchema(type), parts) as Fields;
  return {
    apiVersion: type.slice(0, type.indexOf('.')),
    kind: 'HorizontalPodAutoscaler',
    ...shown,
    metadata: { ...others, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
  };
}

const storedForm: StoredForm = { toStored: toNew, fromStored: toOld };
const asAutoscaler = (object: HorizontalPodAutoscaler) => toNew(object) as Autoscaler;

const definition = defineBuiltIn<HorizontalPodAutoscaler>('autoscaling/v1/horizontalpodautoscalers', {
  storagePrefix: horizontalPodAutoscalers.storagePrefix,
  cells: Object.fromEntries(
    horizontalPodAutoscalers.columns.map((column) => [
      column.name,
      (object: Stored<HorizontalPodAutoscaler>, now: number) => column.value(asAutoscaler(object) as Stored<Autoscaler>, now),
    ]),
  ),
  // An object is right when version 2 of it is.
  rules: { validate: (object) => horizontalPodAutoscalers.rules.validate?.(asAutoscaler(object)) ?? [] },
});

/** The same objects as `autoscaling/v2`: what version 1 has no field for is shown in annotations. */
export const horizontalPodAutoscalersV1: ResourceDefinition<HorizontalPodAutoscaler> = { ...definition, storedForm };
