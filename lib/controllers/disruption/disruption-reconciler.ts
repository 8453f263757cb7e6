import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.js';
import { pods } from '../../api/core/pods.js';
import { withDisruptionCondition } from '../../api/policy/disruption-condition.js';
import { podDisruptionBudgets } from '../../api/policy/pod-disruption-budgets.js';
import { labelSelectorOf } from '../../api/meta/label-selector.js';
import { shareOf } from '../../api/meta/int-or-percent.js';
import { keyOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { isReady } from '../pod-state.js';
import { sameValue } from '../same-value.js';
import type { SelectorIndex } from '../selector-index.js';
import { writeStatus } from '../write-status.js';
import { disruptedPods } from './disrupted-pods.js';
import type { Scaled } from './expected-pods.js';
import { expectedPods } from './expected-pods.js';

type Budget = Stored<PodDisruptionBudget>;
type Context = ReconcileContext<PodDisruptionBudget, Pod, Scaled>;

/** What a budget asks for, of the pods that it selects now. */
interface Demand {
  /** Pods that there should be. */
  readonly expected: number;
  /** How many of them must be healthy. */
  readonly desired: number;
  readonly unmanaged: readonly string[];
}

/**
 * Keeps the status of budgets: of the pods that it selects, how many are healthy (ready, not on their way out, no eviction granted) and
 * how many more of those than needed there are. Evictions take from `disruptionsAllowed`, and note the pod in `disruptedPods` until it is
 * seen to go. Where the number of pods cannot be known, no disruption is allowed.
 */
export class DisruptionReconciler implements Reconciler<PodDisruptionBudget, Pod, Scaled> {
  readonly #selectors: SelectorIndex;

  /** `selectors` is kept up with what each budget selects. */
  constructor(selectors: SelectorIndex) {
    this.#selectors = selectors;
  }

  async reconcile(budget: Budget, context: Context): Promise<Verdict> {
    const { selector: spec } = budget.spec ?? {};
    this.#selectors.set(budget, spec);
    const selector = labelSelectorOf(spec);
    const selected = context
      .cache(pods)
      .list(budget.metadata.namespace)
      .filter(({ metadata }) => selector.matches(metadata.labels ?? {}));
    if (selected.length === 0) context.events.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    try {
      return await this.#count(budget, selected, context);
    } catch (error) {
      await this.#failSafe(budget, error, context);
      throw error;
    }
  }

  gone(name: ObjectName): Promise<Verdict> {
    this.#selectors.delete(keyOf(name));
    return Promise.resolve();
  }

  async #count(budget: Budget, selected: readonly Stored<Pod>[], context: Context): Promise<Verdict> {
    const demand = await this.#demand(budget, selected, context);
    if (demand.unmanaged.length > 0) tellUnmanaged(budget, demand.unmanaged, context);
    const disrupted = disruptedPods(budget.status?.disruptedPods ?? {}, selected, context.environment.now());
    for (const pod of disrupted.stayed)
      context.events.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${keyOf(budget)} to be deleted but it wasn't`);
    const healthy = selected.filter(
      (pod) => isReady(pod) && !pod.metadata.deletionTimestamp && !Object.hasOwn(disrupted.times, pod.metadata.name),
    );
    await writeCounts(budget, context, {
      currentHealthy: healthy.length,
      desiredHealthy: demand.desired,
      expectedPods: demand.expected,
      disruptionsAllowed: demand.expected <= 0 ? 0 : Math.max(0, healthy.length - demand.desired),
      disruptedPods: disrupted.times,
    });
    return Number.isFinite(disrupted.nextIn) ? { after: disrupted.nextIn } : undefined;
  }

  async #demand({ spec = {}, ...budget }: Budget, selected: readonly Stored<Pod>[], context: Context): Promise<Demand> {
    const { minAvailable, maxUnavailable } = spec;
    if (maxUnavailable === undefined && typeof minAvailable !== 'string')
      return { expected: selected.length, desired: minAvailable ?? 0, unmanaged: [] };
    try {
      const { count, unmanaged } = await expectedPods(selected, context);
      const desired = maxUnavailable === undefined ? shareOf(minAvailable ?? 0, count) : count - shareOf(maxUnavailable, count);
      return { expected: count, desired: Math.max(0, desired), unmanaged };
    } catch (error) {
      const message = `Failed to calculate the number of expected pods: ${textOf(error)}`;
      context.events.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
      throw error;
    }
  }

  /** Nothing is known: nothing may go. */
  async #failSafe(budget: Budget, error: unknown, context: Context): Promise<void> {
    if (context.signal.aborted) return;
    const status = { ...budget.status, disruptionsAllowed: 0 } as PodDisruptionBudgetStatus;
    const now = context.environment.now();
    const failed = withDisruptionCondition(status, { status: 'False', reason: 'SyncFailed', message: textOf(error) }, now);
    if (!sameValue(failed, budget.status)) await writeStatus(podDisruptionBudgets, { ...budget, status: failed }, context);
  }
}

type Counts = Omit<PodDisruptionBudgetStatus, 'conditions' | 'observedGeneration'>;

async function writeCounts(budget: Budget, context: Context, counts: Counts): Promise<void> {
  const { generation } = budget.metadata;
  const counted = {
    ...counts,
    conditions: budget.status?.conditions ?? [],
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const status = withDisruptionCondition(counted, undefined, context.environment.now());
  if (!sameValue(status, budget.status)) await writeStatus(podDisruptionBudgets, { ...budget, status }, context);
}

function tellUnmanaged(budget: Budget, unmanaged: readonly string[], context: Context): void {
  const { selector } = budget.spec ?? {};
  context.events.event(
    budget,
    'Warning',
    'UnmanagedPods',
    `Pods selected by this PodDisruptionBudget (selector: ${labelSelectorOf(selector).toString()}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
  );
  context.log.debug('pods of a disruption budget have no controller', { pods: unmanaged.slice(0, 10) });
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
