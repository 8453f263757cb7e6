import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

/** ECDSA on P-256 with SHA-256, as JSON web signatures call it. */
const ALGORITHM = 'ES256';
const CURVE = 'P-256';
/** A signature is two numbers of 32 bytes. */
const SIGNATURE_BYTES = 64;

/** A public key as RFC 7517 has it. */
export interface JsonWebKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: string;
}

/**
 * Signs JSON web tokens (RFC 7519) and recognizes its own. What the claims mean, and until when, is their reader's business.
 *
 * It keeps nothing on disk: persist its {@link SigningKey.pem} where only the owner can read it.
 */
export class SigningKey {
  readonly #private: KeyObject;
  readonly #public: KeyObject;
  /** Tells the key from others: a digest of its public half. */
  readonly id: string;

  private constructor(key: KeyObject) {
    this.#private = key;
    this.#public = createPublicKey(key);
    this.id = createHash('sha256')
      .update(this.#public.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
  }

  /** A new key. */
  static create(): SigningKey {
    return new SigningKey(generateKeyPairSync('ec', { namedCurve: CURVE }).privateKey);
  }

  /** The key that its `pem` described. Throws when that is no private key of its kind. */
  static load(pem: string): SigningKey {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw new Error(`a key that signs tokens must be an elliptic curve key on ${CURVE}`);
    return new SigningKey(key);
  }

  /** PKCS #8. Keep it secret: whoever has it can be anybody. */
  get pem(): string {
    return this.#private.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** What others need to recognize its tokens. */
  get jwk(): JsonWebKey {
    const { kty = '', crv = '', x = '', y = '' } = this.#public.export({ format: 'jwk' });
    return { kty, crv, x, y, kid: this.id, use: 'sig', alg: ALGORITHM };
  }

  /** A token that says this. */
  sign(claims: object): string {
    const text = `${encoded({ alg: ALGORITHM, kid: this.id })}.${encoded(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: this.#private, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  /** What a token says; `undefined` unless this key signed exactly that. */
  read(token: string): unknown {
    const [head = '', claims = '', signature = '', more] = token.split('.');
    if (more !== undefined || !this.#made(head)) return undefined;
    const bytes = Buffer.from(signature, 'base64url');
    const key = { key: this.#public, dsaEncoding: 'ieee-p1363' } as const;
    if (bytes.length !== SIGNATURE_BYTES || !verify('sha256', Buffer.from(`${head}.${claims}`), key, bytes)) return undefined;
    return decoded(claims);
  }

  /** The algorithm is the key's, whatever a token asks for. */
  #made(head: string): boolean {
    const header = decoded(head);
    if (header === null || typeof header !== 'object') return false;
    return 'alg' in header && header.alg === ALGORITHM && 'kid' in header && header.kid === this.id;
  }
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
  } catch {
    return undefined; // anybody may send anything: it is no token of ours
  }
}
