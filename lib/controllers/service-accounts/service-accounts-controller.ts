import type { ConfigMap, Namespace, ServiceAccount } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../api/core/config-maps.js';
import { namespaces } from '../../api/core/namespaces.js';
import { serviceAccounts } from '../../api/core/service-accounts.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler } from '../../controller/reconciler.js';
import { isNamespaceTerminating } from '../namespace-terminating.js';
import { sameValue } from '../same-value.js';
import { patient } from '../patient.js';

const ACCOUNT = 'default';
const ROOT_CA = 'kube-root-ca.crt';
const DESCRIPTION = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

/** What pods find in each namespace. */
export interface ServiceAccountsOptions {
  /** The certificate authority of the API server, as PEM text, or what gives it when the controller starts. Default: no ConfigMap `kube-root-ca.crt` is made. */
  readonly ca?: string | (() => string) | undefined;
}

/** Gives each namespace what its pods need to talk to the API server: the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`. */
export function serviceAccountsController({ ca }: ServiceAccountsOptions = {}): ControllerDefinition<Namespace> {
  return builtInController(namespaces)
    .named('service-accounts-controller')
    .watches(serviceAccounts, ({ metadata }) => (metadata.name === ACCOUNT ? [metadata.namespace ?? ''] : []))
    .watches(configMaps, ({ metadata }) => (metadata.name === ROOT_CA ? [metadata.namespace ?? ''] : []))
    .writes(serviceAccounts, configMaps)
    .reconcileWith(() => patient(new ServiceAccountsReconciler(typeof ca === 'function' ? ca() : ca)));
}

type Context = ReconcileContext<Namespace, ServiceAccount | ConfigMap>;

class ServiceAccountsReconciler implements Reconciler<Namespace, ServiceAccount | ConfigMap> {
  readonly #ca: string | undefined;

  constructor(ca: string | undefined) {
    this.#ca = ca;
  }

  async reconcile({ metadata, status }: Stored<Namespace>, context: Context): Promise<void> {
    if (metadata.deletionTimestamp || status?.phase === 'Terminating') return;
    const namespace = metadata.name;
    // Pods get a volume with both once the account is there.
    if (this.#ca !== undefined) await keepRootCa(namespace, this.#ca, context);
    if (!context.cache(serviceAccounts).get({ namespace, name: ACCOUNT }))
      await unlessThere(() =>
        context.registry(serviceAccounts).create({ metadata: { name: ACCOUNT, namespace } }, { signal: context.signal }),
      );
  }
}

async function keepRootCa(namespace: string, ca: string, context: Context): Promise<void> {
  const current = context.cache(configMaps).get({ namespace, name: ROOT_CA });
  const data = { 'ca.crt': ca };
  const options = { signal: context.signal };
  const made: ConfigMap = { metadata: { name: ROOT_CA, namespace, annotations: DESCRIPTION }, data };
  if (!current) await unlessThere(() => context.registry(configMaps).create(made, options));
  else if (!sameValue(current.data, data)) await context.registry(configMaps).update({ ...current, data }, options);
}

/** It may be there though the cache does not show it yet; and a namespace that is going, or gone, needs nothing. */
async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!StatusError.is(error, 'AlreadyExists') && !StatusError.is(error, 'NotFound') && !isNamespaceTerminating(error)) throw error;
  }
}
