import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from 'kubernetes-types/admissionregistration/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { validateWebhooks } from './webhook-rules.js';

/** Services that are asked whether a write is fine. */
export const validatingWebhookConfigurations = defineBuiltIn<ValidatingWebhookConfiguration>(
  'admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  {
    cells: { Webhooks: ({ webhooks }) => (webhooks ?? []).length },
    rules: {
      validate({ webhooks }) {
        const faults = new Faults();
        validateWebhooks(faults, webhooks ?? []);
        return faults.list;
      },
    },
  },
);

/** Services that may change what is written. */
export const mutatingWebhookConfigurations = defineBuiltIn<MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  {
    cells: { Webhooks: ({ webhooks }) => (webhooks ?? []).length },
    rules: {
      validate({ webhooks }) {
        const faults = new Faults();
        validateWebhooks(faults, webhooks ?? []);
        return faults.list;
      },
    },
  },
);
