import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
} from 'kubernetes-types/certificates/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { humanDuration, timestamp } from '../meta/time.js';
import type { Stored } from '../object.js';
import { Faults, sameJson } from '../validation/faults.js';
import { isSignedStructure, pemBlocks } from './pem.js';
import { validateSignerName } from './signer-name.js';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_EXPIRATION_SECONDS = 600;
/** Conditions that are there or not, but never false. */
const TRUE_ONLY = ['Approved', 'Denied', 'Failed'];
const DECISIONS = ['Approved', 'Denied'];

type Draft = { -readonly [K in keyof CertificateSigningRequest]: CertificateSigningRequest[K] };

/** A wish for a certificate. Nothing of it can be changed; others approve and sign it. */
export const certificateSigningRequests = defineBuiltIn<CertificateSigningRequest>('certificates.k8s.io/v1/certificatesigningrequests', {
  names: () => [],
  statusSubresources: ['status', 'approval'],
  cells: {
    SignerName: ({ spec }) => spec.signerName ?? '',
    Requestor: ({ spec }) => spec.username ?? '',
    RequestedDuration: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
    Condition: conditionText,
  },
  rules: {
    prepareUpdate(request: Draft, old, { subresource, now }) {
      request.spec = old.spec;
      if (subresource === undefined || !request.status) return;
      const conditions = request.status.conditions?.map((condition) => withTimes(condition, old, now));
      // An approval changes nothing but conditions.
      const { conditions: _, ...others } = (subresource === 'approval' ? old.status : request.status) ?? {};
      request.status = { ...others, ...(conditions ? { conditions } : {}) };
    },
    validate({ spec, status }) {
      const faults = new Faults();
      validateSpec(faults, 'spec', spec ?? ({} as CertificateSigningRequestSpec));
      validateConditions(faults, 'status.conditions', status?.conditions ?? []);
      return faults.list;
    },
    validateUpdate(request, old, { subresource }) {
      const faults = new Faults();
      validateDecisions(faults, request, old, subresource === 'approval');
      validateCertificate(faults, request, old, subresource === 'status');
      return faults.list;
    },
  },
});

function validateSpec(faults: Faults, path: string, spec: CertificateSigningRequestSpec): void {
  const problem = requestProblem(Buffer.from(spec.request ?? '', 'base64').toString('latin1'));
  if (problem) faults.invalid(`${path}.request`, spec.request ?? '', problem);
  // Without any in the body it is null.
  const usages: readonly string[] = spec.usages ?? [];
  if (usages.length === 0) faults.required(`${path}.usages`, undefined, 'usages must be provided');
  usages.forEach((usage, index) => faults.oneOf(`${path}.usages[${index}]`, usage, USAGES));
  usages.forEach((usage, index) => {
    if (usages.indexOf(usage) < index) faults.duplicate(`${path}.usages[${index}]`, usage);
  });
  if (spec.signerName === LEGACY_SIGNER)
    faults.invalid(`${path}.signerName`, spec.signerName, 'the legacy signerName is not allowed via this API version');
  else validateSignerName(faults, `${path}.signerName`, spec.signerName);
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < MIN_EXPIRATION_SECONDS)
    faults.invalid(`${path}.expirationSeconds`, spec.expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)');
}

function requestProblem(text: string): string | undefined {
  const block = pemBlocks(text)[0];
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  return isSignedStructure(block.bytes) ? undefined : 'asn1: structure error: malformed certificate request';
}

function validateConditions(faults: Faults, path: string, conditions: readonly CertificateSigningRequestCondition[]): void {
  const seen = new Set<string>();
  conditions.forEach(({ type, status }, index) => {
    const at = `${path}[${index}]`;
    faults.required(`${at}.type`, type);
    faults.requiredOneOf(`${at}.status`, status, TRUE_ONLY.includes(type) ? ['True'] : ['False', 'True', 'Unknown']);
    if (DECISIONS.includes(type) && DECISIONS.some((other) => other !== type && seen.has(other)))
      faults.invalid(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive');
    if (seen.has(type)) faults.duplicate(`${at}.type`, type);
    seen.add(type);
  });
}

/** A decision is made by its own path, and is for good. */
function validateDecisions(
  faults: Faults,
  request: CertificateSigningRequest,
  old: Stored<CertificateSigningRequest>,
  mayDecide: boolean,
): void {
  for (const type of TRUE_ONLY) {
    const [now, before] = [conditionsOf(request, type), conditionsOf(old, type)];
    if (now.length < before.length) faults.forbidden('status.conditions', `updates may not remove a condition of type "${type}"`);
    else if (mayDecide || !DECISIONS.includes(type)) continue;
    else if (now.length > before.length) faults.forbidden('status.conditions', `updates may not add a condition of type "${type}"`);
    else if (!sameJson(now, before)) faults.forbidden('status.conditions', `updates may not modify a condition of type "${type}"`);
  }
}

function validateCertificate(
  faults: Faults,
  { status }: CertificateSigningRequest,
  old: Stored<CertificateSigningRequest>,
  maySet: boolean,
): void {
  const before = old.status?.certificate;
  if ((status?.certificate ?? '') === (before ?? '')) return;
  const problem = certificateProblem(Buffer.from(status?.certificate ?? '', 'base64').toString('latin1'));
  if (problem) faults.invalid('status.certificate', '<certificate data>', problem);
  if (!maySet) faults.forbidden('status.certificate', 'updates may not set certificate content');
  else if (before) faults.forbidden('status.certificate', 'updates may not modify existing certificate content');
}

function certificateProblem(text: string): string | undefined {
  if (text === '') return undefined;
  const blocks = pemBlocks(text);
  const other = blocks.find(({ type }) => type !== 'CERTIFICATE');
  if (other) return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(other.type)}`;
  if (blocks.some(({ hasHeaders }) => hasHeaders)) return 'no PEM block headers are permitted';
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  return blocks.every(({ bytes }) => isSignedStructure(bytes)) ? undefined : 'x509: malformed certificate';
}

/** The server says when a condition came about. */
function withTimes(
  condition: CertificateSigningRequestCondition,
  old: Stored<CertificateSigningRequest>,
  now: number,
): CertificateSigningRequestCondition {
  const before = old.status?.conditions?.find(({ type, status }) => type === condition.type && status === condition.status);
  return {
    ...condition,
    lastUpdateTime: condition.lastUpdateTime ?? timestamp(now),
    lastTransitionTime: condition.lastTransitionTime ?? before?.lastTransitionTime ?? timestamp(now),
  };
}

function conditionsOf({ status }: CertificateSigningRequest, wanted: string): readonly CertificateSigningRequestCondition[] {
  return (status?.conditions ?? []).filter(({ type }) => type === wanted);
}

/** `Approved,Issued` */
function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status?.certificate ? ['Issued'] : [])].join(',');
}
