import { createHash, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';
import type { Environment } from '../base/environment.js';

/** A certificate and its private key, both PEM text. */
export interface KeyPair {
  readonly certificate: string;
  /** PKCS #8. Keep it secret: whoever has it is its subject. */
  readonly key: string;
}

/** What {@link CertificateAuthority.create} takes. */
export interface AuthorityOptions {
  readonly environment: Environment;
  /** Name in the certificate. Default `kubelib`. */
  readonly commonName?: string | undefined;
  /** Days until the authority, and all that it signs, expires. Default 3650. */
  readonly days?: number | undefined;
}

/** Loaded with the first certificate that is made or read: its 200 files take longer than the rest of the server. */
const library = async (): Promise<typeof X509> => (await import('./x509.js')).x509;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
/** Certificates begin in the past, so that a client whose clock is behind accepts them. */
const SKEW = 3_600_000;
/** Days that a leaf is valid; never beyond its authority. */
const LEAF_DAYS = 365;

/**
 * A cluster's own certificate authority (ECDSA P-256): signs the API server's certificate and those of its clients.
 *
 * It keeps nothing on disk: persist its `pem` where only the owner can read it, and give it to
 * {@link CertificateAuthority.load} after a restart.
 */
export class CertificateAuthority {
  readonly #x509: typeof X509;
  readonly #environment: Environment;
  readonly #certificate: X509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(
    x509: typeof X509,
    environment: Environment,
    certificate: X509.X509Certificate,
    key: webcrypto.CryptoKey,
    /** The authority itself: what clients trust, and the key that signs. */
    readonly pem: KeyPair,
  ) {
    this.#x509 = x509;
    this.#environment = environment;
    this.#certificate = certificate;
    this.#key = key;
  }

  /** SHA-256 of the certificate, hexadecimal, lower case. */
  get fingerprint(): string {
    return createHash('sha256').update(new Uint8Array(this.#certificate.rawData)).digest('hex');
  }

  /** A new authority. */
  static async create({ environment, commonName = 'kubelib', days = 3650 }: AuthorityOptions): Promise<CertificateAuthority> {
    const x509 = await library();
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(environment),
      name: [{ CN: [commonName] }],
      notBefore: new Date(environment.now() - SKEW),
      notAfter: new Date(environment.now() + days * DAY),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
      ],
    });
    return new CertificateAuthority(x509, environment, certificate, keys.privateKey, await pemOf(x509, certificate, keys.privateKey));
  }

  /** The authority that its `pem` described. Throws when the two do not belong together or cannot be read. */
  static async load(pem: KeyPair, environment: Environment): Promise<CertificateAuthority> {
    const x509 = await library();
    const certificate = new x509.X509Certificate(pem.certificate);
    const key = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem.key), ALGORITHM, true, ['sign']);
    const probe = Buffer.from('kubelib');
    // The library's declarations name the browser's types, which Node has under another name.
    const publicKey = (await certificate.publicKey.export(ALGORITHM, ['verify'])) as webcrypto.CryptoKey;
    const signature = await webcrypto.subtle.sign(ALGORITHM, key, probe);
    if (!(await webcrypto.subtle.verify(ALGORITHM, publicKey, signature, probe)))
      throw new Error('the private key does not belong to the certificate of this authority');
    return new CertificateAuthority(x509, environment, certificate, key, pem);
  }

  /** A certificate for a server that is reached as 127.0.0.1, ::1, localhost and as `hosts` (names or IP addresses). */
  async serverCertificate({ hosts = [] }: { readonly hosts?: readonly string[] | undefined } = {}): Promise<KeyPair> {
    const x509 = this.#x509;
    const names = [...new Set(['127.0.0.1', '::1', 'localhost', ...hosts])];
    return this.#sign(
      [{ CN: ['kube-apiserver'] }],
      [
        new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ],
    );
  }

  /** A certificate that makes its holder `user`, member of `groups`. */
  async clientCertificate({
    user,
    groups = [],
  }: {
    readonly user: string;
    readonly groups?: readonly string[] | undefined;
  }): Promise<KeyPair> {
    return this.#sign(
      [...groups.map((group) => ({ O: [group] })), { CN: [user] }],
      [new this.#x509.ExtendedKeyUsageExtension([this.#x509.ExtendedKeyUsage.clientAuth])],
    );
  }

  async #sign(subject: X509.JsonName, extensions: X509.Extension[]): Promise<KeyPair> {
    const x509 = this.#x509;
    const keys = await generateKeys();
    const end = Math.min(this.#environment.now() + LEAF_DAYS * DAY, this.#certificate.notAfter.getTime());
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(this.#environment),
      issuer: this.#certificate.subjectName,
      subject,
      notBefore: new Date(this.#environment.now() - SKEW),
      notAfter: new Date(end),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate, false),
        ...extensions,
      ],
    });
    return pemOf(x509, certificate, keys.privateKey);
  }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** 127 random bits: positive, and unique without a counter to keep. */
function serialNumber(environment: Environment): string {
  const bytes = environment.randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

async function pemOf(x509: typeof X509, certificate: X509.X509Certificate, key: webcrypto.CryptoKey): Promise<KeyPair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return { certificate: `${certificate.toString('pem')}\n`, key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
}
