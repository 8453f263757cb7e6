import type {
  LimitResponse,
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from 'kubernetes-types/flowcontrol/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { validateConditionTypes } from './condition-types.js';

const EXEMPT = 'exempt';
const NONE = '<none>';
const MAX_QUEUES = 10_000_000;
const MAX_HASH_BITS = 60;

/** How much of the server the requests of a priority get, and whether the others wait. */
export const priorityLevelConfigurations = defineBuiltIn<PriorityLevelConfiguration>(
  'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
  {
    cells: {
      Type: ({ spec }) => spec?.type ?? '',
      NominalConcurrencyShares: ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? NONE,
      Queues: ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? NONE,
      HandSize: ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? NONE,
      QueueLengthLimit: ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? NONE,
    },
    rules: {
      validate({ metadata, spec, status }) {
        const faults = new Faults();
        validateSpec(faults, 'spec', metadata?.name, spec ?? { type: '' });
        validateConditionTypes(faults, 'status.conditions', status?.conditions ?? []);
        return faults.list;
      },
    },
  },
);

function validateSpec(faults: Faults, path: string, name: string | undefined, spec: PriorityLevelConfigurationSpec): void {
  const { limited, exempt } = spec;
  const type = spec.type ?? '';
  if ((name === EXEMPT) !== (type === 'Exempt'))
    faults.invalid(`${path}.type`, type, "type must be 'Exempt' if and only if name is 'exempt'");
  if (!faults.oneOf(`${path}.type`, type, ['Exempt', 'Limited'])) return;
  if (type === 'Exempt') {
    if (limited) faults.forbidden(`${path}.limited`, 'must be nil if the type is not Limited');
    if (exempt) validateShares(faults, `${path}.exempt`, exempt);
    return;
  }
  if (exempt) faults.forbidden(`${path}.exempt`, 'must be nil if the type is Limited');
  if (faults.required(`${path}.limited`, limited, 'must not be empty when type is Limited'))
    validateLimited(faults, `${path}.limited`, limited!);
}

function validateLimited(faults: Faults, path: string, limited: LimitedPriorityLevelConfiguration): void {
  const { limitResponse, borrowingLimitPercent: borrowing } = limited;
  const { nominalConcurrencyShares: shares, lendablePercent } = limited;
  validateShares(faults, path, { nominalConcurrencyShares: shares });
  validateResponse(faults, `${path}.limitResponse`, limitResponse ?? { type: '' });
  validateShares(faults, path, { lendablePercent });
  if (borrowing !== undefined && borrowing < 0)
    faults.invalid(`${path}.borrowingLimitPercent`, borrowing, 'if specified, must be a non-negative integer');
}

function validateShares(
  faults: Faults,
  path: string,
  level: { readonly nominalConcurrencyShares?: number | undefined; readonly lendablePercent?: number | undefined },
): void {
  const { nominalConcurrencyShares: shares = 0, lendablePercent: lendable } = level;
  if (shares < 0) faults.invalid(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer');
  faults.inRange(`${path}.lendablePercent`, lendable, 0, 100);
}

function validateResponse(faults: Faults, path: string, { type, queuing }: LimitResponse): void {
  if (!faults.oneOf(`${path}.type`, type ?? '', ['Queue', 'Reject'])) return;
  if (type === 'Reject') {
    if (queuing) faults.forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited');
  } else if (faults.required(`${path}.queuing`, queuing, 'must not be empty if limited.limitResponse.type is Limited'))
    validateQueuing(faults, `${path}.queuing`, queuing!);
}

function validateQueuing(faults: Faults, path: string, queuing: QueuingConfiguration): void {
  const { queueLengthLimit = 0, queues = 0, handSize = 0 } = queuing;
  if (queueLengthLimit <= 0) faults.invalid(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive');
  if (queues <= 0) faults.invalid(`${path}.queues`, queues, 'must be positive');
  else if (queues > MAX_QUEUES) faults.invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`);
  if (handSize <= 0) faults.invalid(`${path}.handSize`, handSize, 'must be positive');
  else if (handSize > queues) faults.invalid(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > MAX_HASH_BITS)
    faults.invalid(
      `${path}.handSize`,
      handSize,
      `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`,
    );
}
