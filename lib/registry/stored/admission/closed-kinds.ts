import { forbidden } from '../../../api/status-error.js';
import type { AdmissionPlugin } from './admission-plugin.js';

/** Refuses to create objects of a kind that is on its way out. */
export const closedKinds: AdmissionPlugin = {
  name: 'ClosedKinds',
  admit({ operation, definition, name, subresource }) {
    const why = operation === 'CREATE' && subresource === undefined ? definition.closed?.() : undefined;
    if (why !== undefined) throw forbidden(definition, name.name, why);
  },
};
