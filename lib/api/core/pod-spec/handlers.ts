import type { Container, Lifecycle, LifecycleHandler, Probe } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { validateNumberOrName } from '../../validation/ports.js';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** The three probes of a container. */
export function validateProbes(faults: Faults, path: string, container: Container): void {
  validateProbe(faults, `${path}.livenessProbe`, container.livenessProbe, true);
  validateProbe(faults, `${path}.startupProbe`, container.startupProbe, true);
  validateProbe(faults, `${path}.readinessProbe`, container.readinessProbe, false);
  if (container.readinessProbe?.terminationGracePeriodSeconds !== undefined)
    faults.invalid(
      `${path}.readinessProbe.terminationGracePeriodSeconds`,
      container.readinessProbe.terminationGracePeriodSeconds,
      'must not be set for readinessProbes',
    );
}

/** What runs after a container's start and before its stop. `grace`: seconds that the stop has. */
export function validateLifecycle(faults: Faults, path: string, lifecycle: Lifecycle | undefined, grace: number): void {
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook];
    if (!handler) continue;
    validateHandler(faults, `${path}.${hook}`, handler);
    const seconds = handler.sleep?.seconds;
    if (seconds !== undefined && (seconds < 0 || seconds > grace))
      faults.invalid(`${path}.${hook}.sleep`, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
  }
}

function validateProbe(faults: Faults, path: string, probe: Probe | undefined, onceIsEnough: boolean): void {
  if (!probe) return;
  validateHandler(faults, path, probe);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const)
    faults.nonNegative(`${path}.${field}`, probe[field]);
  if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0)
    faults.invalid(`${path}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must be greater than 0');
  if (onceIsEnough && probe.successThreshold !== 1) faults.invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1');
}

/** Exactly one way to act. */
function validateHandler(faults: Faults, path: string, handler: LifecycleHandler & Pick<Probe, 'grpc'>): void {
  const given = HANDLERS.filter((kind) => handler[kind]);
  if (given.length === 0) faults.required(path, undefined, 'must specify a handler type');
  for (const kind of given.slice(1)) faults.forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type');
  switch (given[0]) {
    case 'exec':
      faults.required(`${path}.exec.command`, handler.exec?.command?.length || undefined);
      return;
    case 'httpGet':
      validateHttpGet(faults, `${path}.httpGet`, handler.httpGet!);
      return;
    case 'tcpSocket':
      validateNumberOrName(faults, `${path}.tcpSocket.port`, handler.tcpSocket!.port);
      return;
    case 'grpc':
      faults.port(`${path}.grpc.port`, handler.grpc!.port);
      return;
    default:
  }
}

function validateHttpGet(faults: Faults, path: string, action: NonNullable<Probe['httpGet']>): void {
  faults.required(`${path}.path`, action.path);
  validateNumberOrName(faults, `${path}.port`, action.port);
  faults.oneOf(`${path}.scheme`, action.scheme, ['HTTP', 'HTTPS']);
  action.httpHeaders?.forEach(({ name }, index) => {
    if (!/^[-A-Za-z0-9]+$/.test(name))
      faults.invalid(`${path}.httpHeaders[${index}]`, name, "a valid HTTP header must consist of alphanumeric characters or '-'");
  });
}
