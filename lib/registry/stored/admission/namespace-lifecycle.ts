import { namespaces } from '../../../api/core/namespaces.js';
import { forbidden, notFound, StatusError } from '../../../api/status-error.js';
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission-plugin.js';

/** They are made at start and cannot be deleted. */
export const IMMORTAL_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** Objects are made only in namespaces that exist and are not being emptied; a few namespaces cannot be deleted. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  async admit(request, context) {
    const { operation, definition, name } = request;
    if (
      operation === 'DELETE' &&
      definition.group === '' &&
      definition.plural === 'namespaces' &&
      IMMORTAL_NAMESPACES.includes(name.name)
    ) {
      throw forbidden(definition, name.name, 'this namespace may not be deleted');
    }
    if (operation === 'CREATE' && definition.namespaced && request.subresource === undefined) await checkNamespace(request, context);
  },
};

async function checkNamespace({ definition, name }: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const namespace = name.namespace ?? 'default';
  const found = await context.lookup(namespaces, { name: namespace });
  if (!found) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined && found.status?.phase !== 'Terminating') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { message, details } = forbidden(definition, name.name, why);
  throw new StatusError('Forbidden', message, {
    details: {
      ...details,
      causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
    },
  });
}
