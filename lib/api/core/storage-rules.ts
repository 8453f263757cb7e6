import { notSupported } from '../field-error.js';
import type { Faults } from '../validation/faults.js';

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const KNOWN_MODES = Object.keys(ACCESS_MODES).sort();

/** How a volume appears in a container. */
export const VOLUME_MODES = ['Block', 'Filesystem'];

/** Who may use a volume at a time, in the short form of tables. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return (modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',');
}

/** At least one way to use a volume. That of a single pod stands alone. The path has no index, as in the real server. */
export function validateAccessModes(faults: Faults, path: string, modes: readonly string[] = [], detail?: string): void {
  if (modes.length === 0) faults.required(path, undefined, detail);
  for (const mode of modes) if (!KNOWN_MODES.includes(mode)) faults.add(notSupported(path, mode, KNOWN_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && KNOWN_MODES.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others) faults.forbidden(path, 'may not use ReadWriteOncePod with other access modes');
}
