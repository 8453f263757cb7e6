import { serviceAccounts } from '../../../api/core/service-accounts.js';
import { forbidden } from '../../../api/status-error.js';
import type { AdmissionPlugin } from './admission-plugin.js';
import { mountToken } from '../service-accounts/token-volume.js';
import { newPodSpec } from './pod-request.js';

/**
 * Gives a pod the service account `default` when it names none, the account's pull secrets, and a volume with its token, the
 * authority of the API server and the name of the namespace. An account that is named must exist; `default` may be missing, as
 * nothing may be there to make it, and then there is no such volume.
 */
export const podServiceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  async admit(request, context) {
    const spec = newPodSpec(request);
    if (!spec) return;
    const account = spec.serviceAccountName || spec.serviceAccount || 'default';
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
    const found = await context.lookup(serviceAccounts, { name: account, namespace: request.name.namespace });
    if (!found && account !== 'default') {
      const why = `error looking up service account ${request.name.namespace}/${account}: serviceaccount "${account}" not found`;
      throw forbidden(request.definition, request.name.name, why);
    }
    if (!found) return;
    if (!spec.imagePullSecrets?.length && found.imagePullSecrets) spec.imagePullSecrets = found.imagePullSecrets.map((one) => ({ ...one }));
    if (spec.automountServiceAccountToken ?? found.automountServiceAccountToken ?? true) mountToken(spec, context.environment);
  },
};
