import type { CSIDriver, TokenRequest } from 'kubernetes-types/storage/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { notSupported } from '../field-error.js';
import { Faults } from '../validation/faults.js';

const MIN_PERIOD_SECONDS = 10;
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const LIFECYCLES = ['Persistent', 'Ephemeral'];

/** What a storage driver can do. */
export const csiDrivers = defineBuiltIn<CSIDriver>('storage.k8s.io/v1/csidrivers', {
  cells: {
    AttachRequired: ({ spec }) => spec.attachRequired ?? true,
    PodInfoOnMount: ({ spec }) => spec.podInfoOnMount ?? false,
    StorageCapacity: ({ spec }) => spec.storageCapacity ?? false,
    TokenRequests: ({ spec }) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
    RequiresRepublish: ({ spec }) => spec.requiresRepublish ?? false,
    Modes: ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
  },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      // The path of the first is the real server's.
      faults.required('spec.attachedRequired', spec.attachRequired);
      for (const field of ['podInfoOnMount', 'storageCapacity'] as const) faults.required(`spec.${field}`, spec[field]);
      faults.oneOf('spec.fsGroupPolicy', spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']);
      validateTokens(faults, 'spec.tokenRequests', spec.tokenRequests ?? []);
      for (const mode of (spec.volumeLifecycleModes ?? []) as readonly string[])
        if (!LIFECYCLES.includes(mode)) faults.add(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLES));
      faults.required('spec.seLinuxMount', spec.seLinuxMount);
      const period = (spec as { nodeAllocatableUpdatePeriodSeconds?: number }).nodeAllocatableUpdatePeriodSeconds;
      if (period !== undefined && period < MIN_PERIOD_SECONDS)
        faults.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, `must be greater than or equal to ${MIN_PERIOD_SECONDS} seconds`);
      return faults.list;
    },
    validateUpdate({ spec }, { spec: old }) {
      const faults = new Faults();
      faults.immutable('spec.attachedRequired', spec.attachRequired, old.attachRequired);
      faults.immutable('spec.volumeLifecycleModes', spec.volumeLifecycleModes, old.volumeLifecycleModes);
      return faults.list;
    },
  },
});

function validateTokens(faults: Faults, path: string, requests: readonly TokenRequest[]): void {
  const audiences = new Set<string>();
  requests.forEach(({ audience = '', expirationSeconds: seconds }, index) => {
    const at = `${path}[${index}]`;
    if (audiences.has(audience)) {
      faults.duplicate(`${at}.audience`, audience);
      return;
    }
    audiences.add(audience);
    if (seconds !== undefined && seconds < MIN_TOKEN_SECONDS)
      faults.invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
    if (seconds !== undefined && seconds > MAX_TOKEN_SECONDS)
      faults.invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
  });
}
