import type { ConfigMap, Container, EnvFromSource, EnvVar, Pod, Secret, Service } from 'kubernetes-types/core/v1.js';
import { ConfigError } from './config-error.js';
import { expand } from './expand.js';
import type { FieldFacts } from './field-ref.js';
import { fieldValue } from './field-ref.js';
import type { Allocatable } from './resource-field-ref.js';
import { resourceValue } from './resource-field-ref.js';
import { serviceVariables } from './service-variables.js';

/** Where values of configMaps and secrets come from. */
export interface ConfigObjects {
  configMap(namespace: string, name: string): ConfigMap | undefined;
  secret(namespace: string, name: string): Secret | undefined;
}

/** What a container's environment is made from. */
export interface EnvFacts extends FieldFacts {
  readonly objects: ConfigObjects;
  readonly services: readonly Service[];
  readonly allocatable: Allocatable;
}

/**
 * A container's environment: services first, then `envFrom`, then `env`; the later one wins. Throws {@link ConfigError}
 * when something it needs is missing.
 */
export function containerEnv(container: Container, facts: EnvFacts): Map<string, string> {
  const { pod } = facts;
  const services = serviceVariables(facts.services, pod.metadata?.namespace ?? '', pod.spec?.enableServiceLinks ?? true);
  const variables = new Map<string, string>();
  for (const source of container.envFrom ?? []) for (const [name, value] of bulk(source, facts)) variables.set(name, value);
  const lookup = (name: string) => variables.get(name) ?? services.get(name);
  for (const entry of container.env ?? []) {
    const value = entry.valueFrom ? referred(entry, container, facts) : expand(entry.value ?? '', lookup);
    if (value !== undefined) variables.set(entry.name, value);
  }
  return new Map([...services, ...variables]);
}

function referred({ valueFrom }: EnvVar, container: Container, facts: EnvFacts): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom!;
  if (fieldRef) return fieldValue(fieldRef.fieldPath, facts);
  if (resourceFieldRef) return resourceValue(resourceFieldRef, container, facts.pod, facts.allocatable);
  if (configMapKeyRef) return configMapKey(configMapKeyRef, facts);
  return secretKeyRef ? secretKey(secretKeyRef, facts) : '';
}

/** A key of an object by name; `optional`: may be missing. */
interface KeyReference {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

function configMapKey({ name = '', key, optional }: KeyReference, { pod, objects }: EnvFacts): string | undefined {
  const object = objects.configMap(namespaceOf(pod), name);
  if (!object && !optional) throw new ConfigError(`configmap "${name}" not found`);
  const value = object?.data?.[key];
  if (value === undefined && !optional) throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespaceOf(pod)}/${name}`);
  return value;
}

function secretKey({ name = '', key, optional }: KeyReference, { pod, objects }: EnvFacts): string | undefined {
  const object = objects.secret(namespaceOf(pod), name);
  if (!object && !optional) throw new ConfigError(`secret "${name}" not found`);
  const value = object?.data?.[key];
  if (value === undefined && !optional) throw new ConfigError(`couldn't find key ${key} in Secret ${namespaceOf(pod)}/${name}`);
  return value === undefined ? undefined : decoded(value);
}

function bulk({ prefix = '', configMapRef, secretRef }: EnvFromSource, { pod, objects }: EnvFacts): [string, string][] {
  const named = (entries: [string, string][]) =>
    entries.map(([key, value]): [string, string] => [prefix + key, value]).filter(([name]) => !name.includes('='));
  if (configMapRef) {
    const object = objects.configMap(namespaceOf(pod), configMapRef.name ?? '');
    if (!object && !configMapRef.optional) throw new ConfigError(`configmap "${configMapRef.name}" not found`);
    return named(Object.entries(object?.data ?? {}));
  }
  if (!secretRef) return [];
  const object = objects.secret(namespaceOf(pod), secretRef.name ?? '');
  if (!object && !secretRef.optional) throw new ConfigError(`secret "${secretRef.name}" not found`);
  return named(Object.entries(object?.data ?? {}).map(([key, value]) => [key, decoded(value)]));
}

const namespaceOf = (pod: Pod) => pod.metadata?.namespace ?? '';
const decoded = (base64: string) => Buffer.from(base64, 'base64').toString();
