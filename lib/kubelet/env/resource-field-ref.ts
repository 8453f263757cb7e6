import type { Container, Pod, ResourceFieldSelector } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../api/meta/quantity.js';
import { containerOf } from '../pods/pod-spec.js';
import { ConfigError } from './config-error.js';

/** What a node has to give: the limit of containers that name none. Quantities by resource name. */
export type Allocatable = Readonly<Record<string, string>>;

/** The value of a container's resource, in units of the divisor and rounded up. */
export function resourceValue(selector: ResourceFieldSelector, container: Container, pod: Pod, allocatable: Allocatable): string {
  const owner = selector.containerName ? containerOf(pod, selector.containerName)?.spec : container;
  if (!owner) throw new ConfigError(`container ${selector.containerName} not found`);
  const [list, resource] = selector.resource.split('.', 2);
  const given = list === 'limits' ? owner.resources?.limits : list === 'requests' ? owner.resources?.requests : undefined;
  if (resource === undefined || (list !== 'limits' && list !== 'requests'))
    throw new ConfigError(`unsupported container resource : ${selector.resource}`);
  const amount = given?.[resource] ?? (list === 'limits' ? allocatable[resource] : undefined) ?? '0';
  return divided(Quantity.parse(amount), selector.divisor, resource === 'cpu');
}

function divided(amount: Quantity, divisorText: string | undefined, fine: boolean): string {
  const divisor = Quantity.parse(divisorText ?? '1');
  const by = divisor.isZero() ? Quantity.parse('1') : divisor;
  return String(fine ? Math.ceil(amount.milliValue() / by.milliValue()) : Math.ceil(amount.value() / by.value()));
}
