import { facts } from '../../api/schema/facts.js';

/** The name of a type of the facts table in OpenAPI documents: `io.k8s.api.core.v1.Pod` for `core/v1.Pod`. */
export function builtInName(type: string): string {
  const cut = type.lastIndexOf('.');
  const prefix = type.slice(0, cut);
  const known = facts.packages[prefix];
  if (known !== undefined) return `${known}.${type.slice(cut + 1)}`;
  return type.startsWith('apimachinery.')
    ? `${facts.packages['apimachinery']}.${type.slice('apimachinery.'.length)}`
    : type.replaceAll('/', '.');
}

/** The name of a custom kind: `com.example.v1.Widget` for `example.com/v1` and `Widget`. */
export function customName({ group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string }): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}
