import type { LimitRange, LimitRangeItem } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Quantity } from '../meta/quantity.js';
import { Faults } from '../validation/faults.js';
import { qualifiedName } from '../validation/names.js';
import { mayOvercommit, validateContainerResourceName, validateResourceName } from '../validation/resource-names.js';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const AMOUNTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type AmountName = (typeof AMOUNTS)[number];

/** Bounds and defaults for what pods, containers and claims of a namespace ask for. */
export const limitRanges = defineBuiltIn<LimitRange>('v1/limitranges', {
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      const seen = new Set<string>();
      // Without any in the body it is null.
      const limits = spec?.limits as readonly LimitRangeItem[] | null | undefined;
      limits?.forEach((limit, index) => {
        const path = `spec.limits[${index}]`;
        validateType(faults, `${path}.type`, limit.type);
        if (seen.has(limit.type)) faults.duplicate(`${path}.type`, limit.type);
        seen.add(limit.type);
        validateLimit(faults, path, limit);
      });
      return faults.list;
    },
  },
});

function validateType(faults: Faults, path: string, type: string): void {
  if (faults.syntax(path, type, qualifiedName) && !type.includes('/') && !TYPES.includes(type))
    faults.invalid(path, type, 'must be a standard limit type or fully qualified');
}

function validateLimit(faults: Faults, path: string, limit: LimitRangeItem): void {
  const ofPod = limit.type === 'Pod';
  const validateName = ofPod || limit.type === 'Container' ? validateContainerResourceName : validateResourceName;
  const resources = new Set<string>();
  for (const amount of AMOUNTS) {
    const given = Object.keys(limit[amount] ?? {});
    if (ofPod && (amount === 'default' || amount === 'defaultRequest')) {
      if (given.length > 0) faults.forbidden(`${path}.${amount}`, "may not be specified when `type` is 'Pod'");
      continue;
    }
    for (const name of given) {
      validateName(faults, `${path}.${amount}[${name}]`, name);
      resources.add(name);
    }
  }
  if (limit.type === 'PersistentVolumeClaim' && limit.min?.['storage'] === undefined && limit.max?.['storage'] === undefined)
    faults.required(`${path}.limits`, undefined, 'either minimum or maximum storage value is required, but neither was provided');
  for (const name of resources) validateOrder(faults, path, name, limit);
}

/** What may not exceed what, which of the two is to blame, which one is shown, and both in words. */
const ORDER: readonly {
  readonly low: AmountName;
  readonly high: AmountName;
  readonly at: AmountName;
  readonly shown: AmountName;
  readonly words: readonly [low: string, high: string];
}[] = [
  { low: 'min', high: 'max', at: 'min', shown: 'min', words: ['min', 'max'] },
  { low: 'min', high: 'defaultRequest', at: 'defaultRequest', shown: 'defaultRequest', words: ['min', 'default request'] },
  { low: 'defaultRequest', high: 'max', at: 'defaultRequest', shown: 'defaultRequest', words: ['default request', 'max'] },
  { low: 'defaultRequest', high: 'default', at: 'defaultRequest', shown: 'defaultRequest', words: ['default request', 'default limit'] },
  { low: 'min', high: 'default', at: 'default', shown: 'min', words: ['min', 'default'] },
  { low: 'default', high: 'max', at: 'default', shown: 'max', words: ['default', 'max'] },
];

/** min ≤ defaultRequest ≤ default ≤ max, and a ratio that these leave room for. */
function validateOrder(faults: Faults, path: string, name: string, limit: LimitRangeItem): void {
  const amount = (kind: AmountName): Quantity | undefined => {
    const text = limit.type === 'Pod' && kind.startsWith('default') ? undefined : limit[kind]?.[name];
    return text === undefined ? undefined : Quantity.parse(text);
  };
  for (const { low, high, at, shown, words } of ORDER) {
    const [less, more] = [amount(low), amount(high)];
    if (less && more && less.compare(more) > 0)
      faults.invalid(
        `${path}.${at}[${name}]`,
        amount(shown),
        `${words[0]} value ${less.toString()} is greater than ${words[1]} value ${more.toString()}`,
      );
  }
  const [ratio, byDefault, request] = [amount('maxLimitRequestRatio'), amount('default'), amount('defaultRequest')];
  if (ratio) validateRatio(faults, `${path}.maxLimitRequestRatio[${name}]`, ratio, amount('min'), amount('max'));
  if (!mayOvercommit(name) && byDefault && request && byDefault.compare(request) !== 0)
    faults.invalid(
      `${path}.defaultRequest[${name}]`,
      request,
      `default value ${byDefault.toString()} must equal to defaultRequest value ${request.toString()} in ${name}`,
    );
}

function validateRatio(faults: Faults, path: string, ratio: Quantity, min: Quantity | undefined, max: Quantity | undefined): void {
  const text = ratio.toString();
  if (ratio.compare(Quantity.parse('1')) < 0) faults.invalid(path, text, `ratio ${text} is less than 1`);
  if (!min || !max || min.isZero()) return;
  const most = max.milliValue() / min.milliValue();
  if (ratio.milliValue() / 1000 > most) faults.invalid(path, text, `ratio ${text} is greater than max/min = ${most.toFixed(6)}`);
}
