import type { Faults } from './faults.js';
import { portName } from './names.js';

/** A port by number (1 to 65535) or by name. */
export function validateNumberOrName(faults: Faults, path: string, port: number | string): void {
  if (typeof port === 'number') faults.port(path, port);
  else faults.syntax(path, port, portName);
}
