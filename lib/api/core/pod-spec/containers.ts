import type { Container, ContainerPort, EphemeralContainer, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { dnsLabel, portName } from '../../validation/names.js';
import { notFoundField } from '../../field-error.js';
import { validateEnv, validateEnvFrom } from './container-env.js';
import { validateLifecycle, validateProbes } from './handlers.js';
import { validateResources } from './resources.js';
import { validateContainerSecurity } from './security.js';
import type { VolumeNames } from './volume-mounts.js';
import { validateVolumeMounts } from './volume-mounts.js';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const NOT_EPHEMERAL = ['lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'resizePolicy', 'startupProbe'] as const;

/** Containers, init containers and ephemeral ones. */
export function validateContainers(faults: Faults, path: string, spec: PodSpec, volumes: VolumeNames): void {
  const names = new Set<string>();
  const containers = spec.containers as Container[] | null;
  if (!containers || containers.length === 0) faults.required(`${path}.containers`, undefined);
  const grace = spec.terminationGracePeriodSeconds ?? 30;
  const check = (list: readonly Container[], at: string) =>
    list.forEach((container, index) => validateContainer(faults, `${at}[${index}]`, container, { names, volumes, grace }));
  check(containers ?? [], `${path}.containers`);
  check(spec.initContainers ?? [], `${path}.initContainers`);
  spec.initContainers?.forEach((container, index) => validateInit(faults, `${path}.initContainers[${index}]`, container));
  spec.ephemeralContainers?.forEach((container, index) =>
    validateEphemeral(faults, `${path}.ephemeralContainers[${index}]`, container, { names, volumes, grace }),
  );
  validateHostPorts(faults, `${path}.containers`, containers ?? [], spec.hostNetwork ?? false);
  validateHostPorts(faults, `${path}.initContainers`, spec.initContainers ?? [], spec.hostNetwork ?? false);
}

interface PodContext {
  /** Names that are taken. */
  readonly names: Set<string>;
  readonly volumes: VolumeNames;
  /** Seconds. */
  readonly grace: number;
}

function validateContainer(faults: Faults, path: string, container: Container, { names, volumes, grace }: PodContext): void {
  validateName(faults, path, container.name, names);
  faults.required(`${path}.image`, container.image);
  validateLifecycle(faults, `${path}.lifecycle`, container.lifecycle, grace);
  validateProbes(faults, path, container);
  faults.requiredOneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES);
  faults.requiredOneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']);
  faults.oneOf(`${path}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure']);
  validatePorts(faults, `${path}.ports`, container.ports ?? []);
  validateEnv(faults, `${path}.env`, container.env ?? []);
  validateEnvFrom(faults, `${path}.envFrom`, container.envFrom ?? []);
  validateVolumeMounts(faults, `${path}.volumeMounts`, container.volumeMounts ?? [], volumes);
  validateResources(faults, `${path}.resources`, container.resources);
  validateContainerSecurity(faults, `${path}.securityContext`, container.securityContext);
}

function validateName(faults: Faults, path: string, name: string, names: Set<string>): void {
  if (!faults.requiredSyntax(`${path}.name`, name, dnsLabel)) return;
  if (names.has(name)) faults.duplicate(`${path}.name`, name);
  names.add(name);
}

/** Those that end before the pod's containers start need no probes and hooks. */
function validateInit(faults: Faults, path: string, container: Container): void {
  if (container.restartPolicy === 'Always') return;
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    if (container[field]) faults.forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always');
}

function validateEphemeral(faults: Faults, path: string, container: EphemeralContainer, context: PodContext): void {
  const target = container.targetContainerName;
  if (target && !context.names.has(target)) faults.add(notFoundField(`${path}.targetContainerName`, target));
  const allowed: Partial<EphemeralContainer> = { ...container };
  for (const field of NOT_EPHEMERAL) {
    if (container[field] !== undefined) faults.forbidden(`${path}.${field}`, 'cannot be set for an Ephemeral Container');
    delete allowed[field];
  }
  if (Object.keys(container.resources ?? {}).length > 0) faults.forbidden(`${path}.resources`, 'cannot be set for an Ephemeral Container');
  delete allowed.resources;
  validateContainer(faults, path, allowed as Container, context);
}

function validatePorts(faults: Faults, path: string, ports: readonly ContainerPort[]): void {
  const names = new Set<string>();
  ports.forEach(({ name, containerPort, hostPort, protocol }, index) => {
    const at = `${path}[${index}]`;
    if (name) {
      faults.syntax(`${at}.name`, name, portName);
      if (names.has(name)) faults.duplicate(`${at}.name`, name);
      names.add(name);
    }
    if (containerPort === 0) faults.required(`${at}.containerPort`, undefined);
    else faults.port(`${at}.containerPort`, containerPort);
    if (hostPort) faults.port(`${at}.hostPort`, hostPort);
    faults.requiredOneOf(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
  });
}

/** A port of the node goes to one container. */
function validateHostPorts(faults: Faults, path: string, containers: readonly Container[], hostNetwork: boolean): void {
  const taken = new Set<string>();
  containers.forEach(({ ports = [] }, container) => {
    ports.forEach(({ containerPort, hostPort, hostIP = '', protocol }, index) => {
      const at = `${path}[${container}].ports[${index}].hostPort`;
      if (hostNetwork && hostPort !== containerPort)
        faults.invalid(at, containerPort, 'must match `containerPort` when `hostNetwork` is true');
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) faults.duplicate(at, key);
      taken.add(key);
    });
  });
}
