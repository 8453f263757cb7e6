import type { Affinity, Container, NodeSelectorTerm, Pod, PodSpec, Toleration } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../field-error.js';
import type { Stored } from '../object.js';
import type { RuleContext } from '../resource-definition.js';
import { Faults, sameJson } from '../validation/faults.js';

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** What of a pod may not change: almost all, as it runs already. */
export function validatePodUpdate(pod: Pod, old: Stored<Pod>, { subresource }: RuleContext): readonly FieldError[] {
  const faults = new Faults();
  const [spec, before] = [pod.spec ?? NO_SPEC, old.spec ?? NO_SPEC];
  if (subresource === 'ephemeralcontainers') validateEphemeral(faults, spec, before);
  else if (subresource === undefined) validateSpecUpdate(faults, spec, before);
  return faults.list;
}

const NO_SPEC: PodSpec = { containers: [] };

function validateSpecUpdate(faults: Faults, spec: PodSpec, old: PodSpec): void {
  // The lists are null when a client removes them, and then validation says so.
  if (!sameNames(spec.containers, old.containers)) {
    if (spec.containers?.length !== old.containers.length) {
      faults.forbidden('spec.containers', 'pod updates may not add or remove containers');
      return;
    }
  }
  if (spec.initContainers?.length !== old.initContainers?.length) {
    faults.forbidden('spec.initContainers', 'pod updates may not add or remove containers');
    return;
  }
  validateDeadline(faults, spec.activeDeadlineSeconds, old.activeDeadlineSeconds);
  validateTolerations(faults, spec.tolerations ?? [], old.tolerations ?? []);
  validateGates(faults, spec, old);
  const placed = (old.schedulingGates ?? []).length > 0 ? validateGatedPlacement(faults, spec, old) : {};
  if (
    !sameJson(
      {
        ...spec,
        ...changeable(old),
        containers: withImages(spec.containers, old.containers),
        initContainers: withImages(spec.initContainers, old.initContainers),
        ...placed,
      },
      old,
    )
  )
    faults.forbidden('spec', MAY_CHANGE);
}

/** The old values of what may change. */
function changeable(old: PodSpec): Partial<Record<keyof PodSpec, unknown>> {
  const { activeDeadlineSeconds, tolerations, schedulingGates } = old;
  return { activeDeadlineSeconds, tolerations, schedulingGates };
}

function withImages(containers: readonly Container[] | undefined, old: readonly Container[] | undefined): Container[] | undefined {
  return containers?.map((container, index) => ({ ...container, image: old?.[index]?.image ?? '' }));
}

function sameNames(containers: readonly Container[] | undefined | null, old: readonly Container[]): boolean {
  return containers?.length === old.length && containers.every(({ name }, index) => name === old[index]?.name);
}

function validateDeadline(faults: Faults, deadline: number | undefined, old: number | undefined): void {
  if (old === undefined) return;
  if (deadline === undefined)
    faults.invalid('spec.activeDeadlineSeconds', undefined, 'must not update from a positive integer to nil value');
  else if (deadline > old) faults.invalid('spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value');
}

function validateTolerations(faults: Faults, tolerations: readonly Toleration[], old: readonly Toleration[]): void {
  const withoutTime = ({ tolerationSeconds: _, ...rest }: Toleration) => rest;
  const kept = old.every((one) => tolerations.some((other) => sameJson(withoutTime(one), withoutTime(other))));
  if (!kept) faults.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
}

function validateGates(faults: Faults, spec: PodSpec, old: PodSpec): void {
  spec.schedulingGates?.forEach(({ name }, index) => {
    if (!old.schedulingGates?.some((gate) => gate.name === name))
      faults.forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`);
  });
}

/** While a pod is held back, its placement may become narrower. Gives the old values of what was checked here. */
function validateGatedPlacement(faults: Faults, spec: PodSpec, old: PodSpec): Partial<Record<keyof PodSpec, unknown>> {
  for (const [key, value] of Object.entries(old.nodeSelector ?? {})) {
    if (spec.nodeSelector?.[key] === value) continue;
    faults.invalid('spec.nodeSelector', spec.nodeSelector ?? {}, 'only additions are allowed (no mutations or deletions)');
    break;
  }
  const path = 'spec.affinity.nodeAffinity';
  if (!narrows(requiredTerms(spec.affinity), requiredTerms(old.affinity)))
    faults.invalid(path, spec.affinity?.nodeAffinity, 'only additions are allowed (no mutations or deletions)');
  const { nodeSelector, affinity } = old;
  const { nodeAffinity: _, ...others } = spec.affinity ?? {};
  const mayDiffer = sameJson(others, { ...affinity, nodeAffinity: undefined });
  return { nodeSelector, ...(mayDiffer ? { affinity } : {}) };
}

function requiredTerms(affinity: Affinity | undefined): readonly NodeSelectorTerm[] {
  return affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
}

/** Each old term is still there, perhaps with more requirements. */
function narrows(terms: readonly NodeSelectorTerm[], old: readonly NodeSelectorTerm[]): boolean {
  if (old.length === 0) return true;
  const includes = (all: readonly unknown[] = [], some: readonly unknown[] = []) =>
    some.every((one) => all.some((other) => sameJson(one, other)));
  return (
    terms.length === old.length &&
    terms.every(
      (term, index) => includes(term.matchExpressions, old[index]?.matchExpressions) && includes(term.matchFields, old[index]?.matchFields),
    )
  );
}

function validateEphemeral(faults: Faults, spec: PodSpec, old: PodSpec): void {
  const path = 'spec.ephemeralContainers';
  for (const container of old.ephemeralContainers ?? []) {
    const now = spec.ephemeralContainers?.find(({ name }) => name === container.name);
    if (!now) faults.forbidden(path, `existing ephemeral containers "${container.name}" may not be removed\n`);
    else if (!sameJson(now, container)) faults.forbidden(path, `existing ephemeral containers "${container.name}" may not be changed\n`);
  }
}
