import type { CertificateSigningRequestSpec } from 'kubernetes-types/certificates/v1.js';
import { certificateSigningRequests } from '../../../api/certificates/certificate-signing-requests.js';
import type { AdmissionPlugin } from './admission-plugin.js';

/** Whom the control plane acts as when nobody else asks. */
const OWN_NAME = 'system:apiserver';

/** A request for a certificate says who made it: its maker has no say in that. */
export const certificateRequester: AdmissionPlugin = {
  name: 'CertificateRequester',
  admit({ operation, definition, draft, user }) {
    const { group, plural } = certificateSigningRequests;
    if (operation !== 'CREATE' || definition.group !== group || definition.plural !== plural || !draft) return;
    const request = draft as { spec?: CertificateSigningRequestSpec };
    if (!request.spec) return;
    const { uid: _, groups: __, extra: ___, ...spec } = request.spec;
    request.spec = {
      ...spec,
      username: user?.name ?? OWN_NAME,
      ...(user?.uid ? { uid: user.uid } : {}),
      ...(user?.groups.length ? { groups: [...user.groups] } : {}),
      ...(user?.extra ? { extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])) } : {}),
    };
  },
};
