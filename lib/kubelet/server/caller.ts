import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '../../api/status-error.js';

/** Who may ask a kubelet's server. At least one of the two must be given. */
export interface CallerRules {
  /** PEM of the authority whose client certificates count. */
  readonly clientAuthority?: string | undefined;
  /** Organizations of which a client certificate must bear one. Default `system:masters`. */
  readonly groups?: readonly string[] | undefined;
  /** A bearer token that counts. */
  readonly token?: string | undefined;
}

/** Throws Unauthorized for a caller that cannot show who it is, Forbidden for one that may not ask. */
export function checkCaller(request: IncomingMessage, rules: CallerRules): void {
  const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (rules.token !== undefined && bearer !== undefined && equal(bearer, rules.token)) return;
  const socket = request.socket as TLSSocket; // the server speaks TLS alone
  if (rules.clientAuthority === undefined || !socket.authorized) throw new StatusError('Unauthorized', 'Unauthorized');
  const { CN: name, O: organizations } = socket.getPeerCertificate().subject;
  // With several organizations this is a list, whatever its type says.
  const groups = ([] as string[]).concat(organizations ?? []);
  const wanted = rules.groups ?? ['system:masters'];
  if (!groups.some((group) => wanted.includes(group)))
    throw new StatusError('Forbidden', `user "${String(name)}" may not use this kubelet`);
}

/** Takes as long whatever the texts are. */
function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
