import type { TokenRequest } from 'kubernetes-types/authentication/v1.js';
import { serviceAccounts } from '../../../api/core/service-accounts.js';
import { invalidObject } from '../../../api/field-error.js';
import { timestamp } from '../../../api/meta/time.js';
import type { ObjectName } from '../../../api/object.js';
import { notFound } from '../../../api/status-error.js';
import { builtInSchema } from '../../../api/schema/built-in-schema.js';
import { decodeType } from '../../../api/schema/decode.js';
import { typeDefaults } from '../../../api/schema/default-plan.js';
import type { WriteOptions } from '../../registry.js';
import { named } from '../subresources/named.js';
import type { SubresourceVerbs } from '../subresources/subresource.js';
import type { Lookup } from './token-binding.js';
import { bondsOf } from './token-binding.js';
import { expirationFaults } from './token-faults.js';
import type { TokenIssuer } from './token-issuer.js';
import { API_AUDIENCES } from './token-issuer.js';

const TYPE = 'authentication/v1.TokenRequest';
const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
/** What pods ask for whose author asked for nothing. */
export const POD_TOKEN_SECONDS = 3607;
/** Programs that read their token once are let live: such a token lasts a year, and says when it should have been renewed. */
const EXTENDED_SECONDS = 365 * 24 * 3600;

/** What {@link AccountToken} works with. */
export interface AccountTokenOptions {
  readonly issuer: TokenIssuer;
  readonly lookup: Lookup;
}

/** Tokens of service accounts: each is made when it is asked for, and kept nowhere. */
export class AccountToken implements SubresourceVerbs<TokenRequest> {
  readonly #issuer: TokenIssuer;
  readonly #lookup: Lookup;

  constructor({ issuer, lookup }: AccountTokenOptions) {
    this.#issuer = issuer;
    this.#lookup = lookup;
  }

  /** Throws 400, 404, 409, 422. A dry run is answered in the same way: a token is no trace. */
  async create(name: ObjectName, request: TokenRequest, _options: WriteOptions): Promise<TokenRequest> {
    const asked = checked(named(request, name));
    const faults = expirationFaults(asked.seconds);
    if (faults.length > 0) throw invalidObject(KIND, name.name, faults);
    const account = await this.#lookup(serviceAccounts, name);
    if (!account) throw notFound(serviceAccounts, name.name);
    const bonds = asked.bound ? await bondsOf(asked.bound, name, this.#lookup) : {};
    const { now } = this.#issuer;
    const { namespace = '' } = name;
    const extended = bonds.pod !== undefined && asked.seconds === POD_TOKEN_SECONDS && asked.audiences.every(isOwn);
    const token = this.#issuer.issue({
      audiences: asked.audiences,
      seconds: extended ? EXTENDED_SECONDS : asked.seconds,
      account: {
        namespace,
        ...bonds,
        serviceaccount: { name: name.name, uid: account.metadata.uid },
        ...(extended ? { warnafter: now + asked.seconds } : {}),
      },
    });
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: name.name, namespace, creationTimestamp: timestamp(now * 1000) },
      spec: { ...asked.request.spec, audiences: asked.audiences },
      status: { token, expirationTimestamp: timestamp((now + asked.seconds) * 1000) },
    };
  }
}

/** A request in its stored form, with what it does not say filled in. */
function checked(given: TokenRequest) {
  const request = decodeType(builtInSchema(TYPE), given) as TokenRequest;
  const draft = request as TokenRequest & Record<string, unknown>;
  typeDefaults(TYPE).apply(draft, draft);
  const { audiences, expirationSeconds = 0, boundObjectRef: bound } = request.spec;
  return { request, seconds: expirationSeconds, bound, audiences: audiences?.length ? audiences : [API_AUDIENCES[0] as string] };
}

const isOwn = (audience: string) => API_AUDIENCES.some((own) => own === audience);
