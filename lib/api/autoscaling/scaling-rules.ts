import type { HorizontalPodAutoscalerBehavior, HPAScalingPolicy, HPAScalingRules } from 'kubernetes-types/autoscaling/v2.js';
import { Quantity } from '../meta/quantity.js';
import type { Faults } from '../validation/faults.js';

const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

/** How fast an autoscaler may go up and down. */
export function validateBehavior(faults: Faults, path: string, behavior: HorizontalPodAutoscalerBehavior | undefined): void {
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior?.[direction];
    if (rules) validateRules(faults, `${path}.${direction}`, rules);
  }
}

function validateRules(faults: Faults, path: string, rules: HPAScalingRules & { readonly tolerance?: string }): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  if (window !== undefined && window < 0)
    faults.invalid(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > MAX_WINDOW_SECONDS)
    faults.invalid(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`);
  faults.oneOf(`${path}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']);
  if (policies.length === 0) faults.required(`${path}.policies`, undefined, 'must specify at least one Policy');
  policies.forEach((policy, index) => validatePolicy(faults, `${path}.policies[${index}]`, policy));
  if (tolerance !== undefined && Quantity.parse(tolerance).sign() < 0)
    faults.invalid(`${path}.tolerance`, tolerance, 'must be greater than or equal to 0');
}

function validatePolicy(faults: Faults, path: string, { type, value = 0, periodSeconds = 0 }: HPAScalingPolicy): void {
  faults.oneOf(`${path}.type`, type ?? '', ['Percent', 'Pods']);
  if (value <= 0) faults.invalid(`${path}.value`, value, 'must be greater than zero');
  if (periodSeconds <= 0) faults.invalid(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero');
  if (periodSeconds > MAX_PERIOD_SECONDS)
    faults.invalid(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`);
}
