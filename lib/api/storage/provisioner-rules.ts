import type { Faults } from '../validation/faults.js';
import { qualifiedName } from '../validation/names.js';

const MAX_PARAMETERS = 512;
const MAX_BYTES = 262_144;

/** Who makes volumes, such as `example.com/nfs`; capitals are fine. */
export function validateProvisioner(faults: Faults, path: string, provisioner: string | undefined): void {
  if (faults.required(path, provisioner)) faults.syntax(path, provisioner!.toLowerCase(), qualifiedName);
}

/** What its maker is told of a volume. */
export function validateParameters(faults: Faults, path: string, parameters: Readonly<Record<string, string>> = {}): void {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) {
    faults.tooLong(path, MAX_PARAMETERS);
    return;
  }
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === '') faults.invalid(path, key, 'field can not be empty.');
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_BYTES) faults.tooLong(path, MAX_BYTES);
}
