import type { Secret } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { validateData, validateImmutableData } from './data-rules.js';

const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';

export const secrets = defineBuiltIn<Secret>('v1/secrets', {
  cells: { Type: ({ type }) => type ?? '', Data: ({ data }) => Object.keys(data ?? {}).length },
  rules: {
    default: mergeStringData,
    validate(secret) {
      const faults = new Faults();
      validateData(faults, 'data', secret.data);
      if (bytesIn(secret.data) > MAX_BYTES) faults.tooLong('data', MAX_BYTES);
      validateType(faults, secret);
      return faults.list;
    },
    validateUpdate(secret, old) {
      const faults = new Faults();
      faults.immutable('type', secret.type, old.type);
      validateImmutableData(faults, secret, old, ['data']);
      return faults.list;
    },
  },
});

/** A Secret or ConfigMap holds at most so much. */
const MAX_BYTES = 1_048_576;

/** What is given as text is stored as base64, and never shown as text. */
function mergeStringData(secret: Secret): void {
  const { stringData } = secret;
  if (!stringData) return;
  delete secret.stringData;
  secret.data = { ...secret.data };
  for (const [key, text] of Object.entries(stringData)) secret.data[key] = Buffer.from(text).toString('base64');
}

function validateType(faults: Faults, { type, data = {}, metadata }: Secret): void {
  const has = (key: string) => Object.hasOwn(data, key);
  switch (type) {
    case 'kubernetes.io/service-account-token':
      faults.required(`metadata.annotations[${ACCOUNT_ANNOTATION}]`, metadata?.annotations?.[ACCOUNT_ANNOTATION]);
      return;
    case 'kubernetes.io/dockercfg':
      validateJson(faults, data, '.dockercfg');
      return;
    case 'kubernetes.io/dockerconfigjson':
      validateJson(faults, data, '.dockerconfigjson');
      return;
    case 'kubernetes.io/basic-auth':
      if (has('username') || has('password')) return;
      faults.required('data[username]', undefined);
      faults.required('data[password]', undefined);
      return;
    case 'kubernetes.io/ssh-auth':
      faults.required('data[ssh-privatekey]', data['ssh-privatekey']);
      return;
    case 'kubernetes.io/tls':
      for (const key of ['tls.crt', 'tls.key']) if (!has(key)) faults.required(`data[${key}]`, undefined);
      return;
    default:
  }
}

function validateJson(faults: Faults, data: Readonly<Record<string, string>>, key: string): void {
  if (!faults.required(`data[${key}]`, data[key])) return;
  try {
    JSON.parse(Buffer.from(data[key]!, 'base64').toString('utf8'));
  } catch (error) {
    faults.invalid(`data[${key}]`, '<secret contents redacted>', error instanceof Error ? error.message : 'not JSON');
  }
}

function bytesIn(data: Readonly<Record<string, string>> | undefined): number {
  return Object.values(data ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
}
