import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.js';
import type { Environment } from '../../../base/environment.js';
import { conditionOf } from '../../../api/meta/conditions.js';
import { labelSelectorOf } from '../../../api/meta/label-selector.js';
import { timestamp } from '../../../api/meta/time.js';
import { nameOf } from '../../../api/object.js';
import type { Stored } from '../../../api/object.js';
import { withDisruptionCondition } from '../../../api/policy/disruption-condition.js';
import { podDisruptionBudgets } from '../../../api/policy/pod-disruption-budgets.js';
import { forbidden, StatusError } from '../../../api/status-error.js';
import type { Registry, WriteOptions } from '../../registry.js';
import { MAX_ATTEMPTS } from '../kind-context.js';

type Budget = Stored<PodDisruptionBudget>;

/** Evictions of one budget that may be granted before one of them is seen through. */
const MOST_DISRUPTED = 2000;
/** Seconds after which it is worth to ask again while a budget has not been counted yet. */
const RETRY_AFTER = 10;

/** What a budget says of the eviction of a pod. */
export interface Permission {
  /** The budget that guards the pod, if one does. */
  readonly budget: string | undefined;
  /** Granted only because the pod was not ready: it must not have changed when it is deleted. */
  readonly whileUnready: boolean;
}

/** The PodDisruptionBudgets that guard pods against evictions. Each eviction that is granted is taken off at once, so that no two have the same. */
export class DisruptionBudgets {
  readonly #budgets: () => Registry<PodDisruptionBudget>;
  readonly #environment: Environment;

  constructor(budgets: () => Registry<PodDisruptionBudget>, environment: Environment) {
    this.#budgets = budgets;
    this.#environment = environment;
  }

  /** Throws 429 when the budget of the pod does not allow it now, 500 when there are several. With `dryRun` nothing is taken. */
  async permit(pod: Stored<Pod>, options: Pick<WriteOptions, 'dryRun'>): Promise<Permission> {
    const [budget, ...more] = await this.#guarding(pod);
    if (more.length > 0) {
      throw new StatusError(
        'InternalError',
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    }
    if (!budget) return { budget: undefined, whileUnready: false };
    const { name } = budget.metadata;
    if (!isReady(pod) && mayGoUnready(budget)) return { budget: name, whileUnready: true };
    await this.#take(budget, pod.metadata.name, options.dryRun ?? false);
    return { budget: name, whileUnready: false };
  }

  async #guarding({ metadata }: Stored<Pod>): Promise<Budget[]> {
    const { items } = await this.#budgets().list({ namespace: metadata.namespace });
    return items.filter(({ spec }) => labelSelectorOf(spec?.selector).matches(metadata.labels ?? {}));
  }

  /** Tries again with the newest counts when somebody else has written them meanwhile. */
  async #take(first: Budget, pod: string, dryRun: boolean): Promise<void> {
    let budget = first;
    for (let attempt = 1; ; attempt += 1) {
      const status = this.#taken(budget, pod);
      if (dryRun) return;
      try {
        await this.#budgets()
          .subresource('status')
          .update(nameOf(budget), { ...budget, status });
        return;
      } catch (error) {
        if (!StatusError.is(error, 'Conflict') || attempt === MAX_ATTEMPTS) throw error;
      }
      budget = await this.#budgets().get(nameOf(budget));
    }
  }

  /** The status with one disruption less, which this pod has. Throws when there is none. */
  #taken({ metadata, status }: Budget, pod: string): PodDisruptionBudgetStatus {
    const { name, generation = 0 } = metadata;
    if (!status || (status.observedGeneration ?? 0) < generation) throw stillCounting(name);
    const { disruptionsAllowed } = status;
    if (disruptionsAllowed < 0) throw forbidden(podDisruptionBudgets, name, 'pdb disruptions allowed is negative');
    if (Object.keys(status.disruptedPods ?? {}).length > MOST_DISRUPTED) {
      const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
      throw forbidden(podDisruptionBudgets, name, why);
    }
    if (disruptionsAllowed === 0) throw exhausted(name, status);
    const now = this.#environment.now();
    const disrupted = { ...status.disruptedPods, [pod]: timestamp(now) };
    const taken = { ...status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods: disrupted };
    return taken.disruptionsAllowed === 0 ? withDisruptionCondition(taken, undefined, now) : taken;
  }
}

/** For a client that comes again: the budget will have been counted, or have room, then. */
export function stillCounting(name: string): StatusError {
  return tooMany(
    { reason: 'DisruptionBudget', message: `The disruption budget ${name} is still being processed by the server.` },
    RETRY_AFTER,
  );
}

function exhausted(name: string, { desiredHealthy, currentHealthy }: PodDisruptionBudgetStatus): StatusError {
  return tooMany({
    reason: 'DisruptionBudget',
    message: `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  });
}

function tooMany(cause: { readonly reason: string; readonly message: string }, retryAfterSeconds?: number): StatusError {
  return new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: { causes: [cause], ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
  });
}

const isReady = ({ status }: Stored<Pod>) => conditionOf(status?.conditions, 'Ready')?.status === 'True';

/** A pod that is not ready disrupts nobody when it goes, as long as enough others are, or if the budget does not mind at all. */
function mayGoUnready({ spec, status }: Budget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status !== undefined && status.desiredHealthy > 0 && status.currentHealthy >= status.desiredHealthy;
}
