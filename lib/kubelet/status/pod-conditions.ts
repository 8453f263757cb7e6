import type { ContainerStatus, Pod, PodCondition } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { timestamp } from '../../api/meta/time.js';
import { containersOf } from '../pods/pod-spec.js';
import type { PodPhase } from './phase.js';

/** What a pod's conditions are made from. */
export interface ConditionFacts {
  readonly phase: PodPhase;
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  readonly old: readonly PodCondition[];
  /** A sandbox with a network is there. */
  readonly sandboxReady: boolean;
  /** A regular container has run. */
  readonly initialized: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A condition before it knows since when it is so. */
type Draft = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

const OWN = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

/** Whether the kubelet alone sets conditions of this type. */
export function isOwnCondition(type: string): boolean {
  return OWN.has(type);
}

/** The conditions of a pod: those of others are kept, ours follow, each with the time of its last change. */
export function podConditionsOf(pod: Pod, facts: ConditionFacts): PodCondition[] {
  const others = facts.old.filter(({ type }) => !OWN.has(type));
  const containersReady = containersReadyOf(pod, facts);
  const own: Draft[] = [
    { type: 'PodReadyToStartContainers', status: facts.sandboxReady ? 'True' : 'False' },
    initializedOf(pod, facts),
    readyOf(pod, containersReady, facts.old),
    { ...containersReady, type: 'ContainersReady' },
    { type: 'PodScheduled', status: 'True' },
  ];
  return [...others, ...own.map((draft) => dated(draft, facts))];
}

function dated(draft: Draft, { old, now }: ConditionFacts): PodCondition {
  const before = conditionOf(old, draft.type);
  const lastTransitionTime = before?.status === draft.status ? (before.lastTransitionTime ?? timestamp(now)) : timestamp(now);
  return { ...draft, lastTransitionTime };
}

function initializedOf(pod: Pod, { phase, statuses, initialized }: ConditionFacts): Draft {
  const type = 'Initialized';
  const inits = containersOf(pod).filter(({ kind }) => kind === 'init' || kind === 'sidecar');
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  if (initialized) return { type, status: 'True' };
  const incomplete = inits.filter(({ kind, spec }) => {
    const status = statuses.get(spec.name);
    return kind === 'sidecar' ? status?.started !== true : status?.ready !== true;
  });
  if (incomplete.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${listed(incomplete)}` };
}

function containersReadyOf(pod: Pod, { phase, statuses }: ConditionFacts): Draft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready = containersOf(pod).filter(
    ({ kind, spec }) => (kind === 'sidecar' || kind === 'regular') && statuses.get(spec.name)?.ready !== true,
  );
  if (unready.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${listed(unready)}` };
}

function readyOf(pod: Pod, containersReady: Draft, conditions: readonly PodCondition[]): Draft {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  const shut = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = conditionOf(conditions, conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  return shut.length === 0
    ? { type, status: 'True' }
    : { type, status: 'False', reason: 'ReadinessGatesNotReady', message: shut.join(', ') };
}

/** As Go prints a list of strings. */
function listed(containers: readonly { spec: { name: string } }[]): string {
  return `[${containers.map(({ spec }) => spec.name).join(' ')}]`;
}
