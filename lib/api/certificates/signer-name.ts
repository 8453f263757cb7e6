import type { Faults } from '../validation/faults.js';
import { dnsLabel, dnsSubdomain } from '../validation/names.js';

const MAX_DOMAIN = 253;
/** A namespace and a name after the domain. */
const MAX_NAME = MAX_DOMAIN + 1 + 253 + 63 + 1;

/** Who signs: a domain and a name, such as `example.com/signer`. */
export function validateSignerName(faults: Faults, path: string, name: string | undefined): void {
  if (!faults.required(path, name, 'signerName must be provided')) return;
  const [domain = '', signer, ...more] = name!.split('/');
  if (signer === undefined || more.length > 0) {
    faults.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    return;
  }
  if (domain.length > MAX_DOMAIN) faults.tooLong(path, MAX_DOMAIN);
  const labels = domain.split('.');
  validateFirst(faults, path, domain, labels, dnsLabel);
  if (labels.length < 2) faults.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  validateFirst(faults, path, signer, signer.split('.'), dnsSubdomain);
  if (name!.length > MAX_NAME) faults.tooLong(path, MAX_NAME);
}

/** Tells of the first bad label only: the others would say the same. */
function validateFirst(
  faults: Faults,
  path: string,
  whole: string,
  labels: readonly string[],
  form: (value: string) => readonly string[],
): void {
  const bad = labels.find((label) => form(label).length > 0);
  if (bad === undefined) return;
  for (const detail of form(bad)) faults.invalid(path, whole, `validating label ${JSON.stringify(bad)}: ${detail}`);
}
