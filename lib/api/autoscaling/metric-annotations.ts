import type { KubeObject } from '../object.js';

/** JSON objects, whatever their fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** How version 1 writes one kind of metric: its own name of each value, and where version 2 has it. */
type Form = Readonly<Record<string, string>>;

/** What `autoscaling/v1` cannot say travels in annotations, in a form that only those have. */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';

const SPECS: Readonly<Record<string, Form>> = {
  resource: { name: 'name', targetAverageUtilization: 'target.averageUtilization', targetAverageValue: 'target.averageValue' },
  containerResource: {
    name: 'name',
    container: 'container',
    targetAverageUtilization: 'target.averageUtilization',
    targetAverageValue: 'target.averageValue',
  },
  pods: { metricName: 'metric.name', selector: 'metric.selector', targetAverageValue: 'target.averageValue' },
  object: {
    target: 'describedObject',
    metricName: 'metric.name',
    selector: 'metric.selector',
    targetValue: 'target.value',
    averageValue: 'target.averageValue',
  },
  external: {
    metricName: 'metric.name',
    metricSelector: 'metric.selector',
    targetValue: 'target.value',
    targetAverageValue: 'target.averageValue',
  },
};
const STATUSES: Readonly<Record<string, Form>> = {
  resource: { name: 'name', currentAverageUtilization: 'current.averageUtilization', currentAverageValue: 'current.averageValue' },
  containerResource: {
    name: 'name',
    container: 'container',
    currentAverageUtilization: 'current.averageUtilization',
    currentAverageValue: 'current.averageValue',
  },
  pods: { metricName: 'metric.name', selector: 'metric.selector', currentAverageValue: 'current.averageValue' },
  object: {
    target: 'describedObject',
    metricName: 'metric.name',
    selector: 'metric.selector',
    currentValue: 'current.value',
    averageValue: 'current.averageValue',
  },
  external: {
    metricName: 'metric.name',
    metricSelector: 'metric.selector',
    currentValue: 'current.value',
    currentAverageValue: 'current.averageValue',
  },
};

/** What an autoscaler has besides a target for its processors. */
export interface Extras {
  readonly metrics?: readonly Fields[];
  readonly currentMetrics?: readonly Fields[];
  readonly conditions?: readonly Fields[];
  readonly behavior?: Fields;
}

const ANNOTATIONS: Readonly<Record<keyof Extras, string>> = {
  metrics: 'metrics',
  currentMetrics: 'current-metrics',
  conditions: 'conditions',
  behavior: 'behavior',
};

/** Annotations of an object with the extras added. */
export function withExtras(metadata: KubeObject['metadata'], extras: Extras): Record<string, string> {
  const texts: Record<string, string> = { ...metadata?.annotations };
  const write = (part: keyof Extras, value: unknown) => (texts[PREFIX + ANNOTATIONS[part]] = JSON.stringify(value));
  if (extras.metrics?.length)
    write(
      'metrics',
      extras.metrics.map((one) => toOld(one, SPECS)),
    );
  if (extras.currentMetrics?.length)
    write(
      'currentMetrics',
      extras.currentMetrics.map((one) => toOld(one, STATUSES)),
    );
  if (extras.conditions?.length) write('conditions', extras.conditions);
  if (extras.behavior) write('behavior', extras.behavior);
  return texts;
}

/** Takes the extras out of annotations. What cannot be read is dropped, as those who write by hand may write anything. */
export function takeExtras(metadata: KubeObject['metadata']): { readonly annotations: Record<string, string>; readonly extras: Extras } {
  const annotations: Record<string, string> = { ...metadata?.annotations };
  const read = (part: keyof Extras): unknown => {
    const text = annotations[PREFIX + ANNOTATIONS[part]];
    delete annotations[PREFIX + ANNOTATIONS[part]];
    return text === undefined ? undefined : parsed(text);
  };
  const lists = (part: keyof Extras, forms?: Readonly<Record<string, Form>>) => {
    const value = read(part);
    if (!Array.isArray(value)) return {};
    const items = value.filter((one): one is Fields => typeof one === 'object' && one !== null);
    return { [part]: forms ? items.map((one) => toNew(one, forms)) : items };
  };
  const behavior = read('behavior');
  const extras = {
    ...lists('metrics', SPECS),
    ...lists('currentMetrics', STATUSES),
    ...lists('conditions'),
    ...(typeof behavior === 'object' && behavior !== null && !Array.isArray(behavior) ? { behavior: behavior as Fields } : {}),
  };
  return { annotations, extras };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** One metric in the words of version 1. */
function toOld(metric: Fields, forms: Readonly<Record<string, Form>>): Fields {
  const [member, form] = formOf(metric, forms);
  if (!form) return metric;
  const values = Object.entries(form).flatMap(([name, path]) => {
    const value = path.split('.').reduce<unknown>((holder, step) => (holder as Fields | undefined)?.[step], metric[member]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { type: metric['type'], [member]: Object.fromEntries(values) };
}

/** One metric in the words of version 2. A target says of which type it is by what it has. */
function toNew(metric: Fields, forms: Readonly<Record<string, Form>>): Fields {
  const [member, form] = formOf(metric, forms);
  if (!form) return metric;
  const made: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(form)) {
    const value = (metric[member] as Fields | undefined)?.[name];
    if (value === undefined) continue;
    const [first = '', second] = path.split('.');
    if (second === undefined) made[first] = value;
    else made[first] = { ...(made[first] as Fields | undefined), [second]: value };
  }
  const target = made['target'] as Fields | undefined;
  if (target) made['target'] = { type: typeOf(target), ...target };
  return { type: metric['type'], [member]: made };
}

function typeOf(target: Fields): string {
  if (target['averageUtilization'] !== undefined) return 'Utilization';
  return target['averageValue'] !== undefined ? 'AverageValue' : 'Value';
}

function formOf(metric: Fields, forms: Readonly<Record<string, Form>>): readonly [member: string, form: Form | undefined] {
  const type = typeof metric['type'] === 'string' ? metric['type'] : '';
  const member = type.charAt(0).toLowerCase() + type.slice(1);
  return [member, Object.hasOwn(forms, member) && metric[member] ? forms[member] : undefined];
}
