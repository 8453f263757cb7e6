import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { NodeSystemInfo } from 'kubernetes-types/core/v1.js';

/** What this machine is and has. */
export interface HostFacts {
  /** Quantities by resource name. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly system: Pick<
    NodeSystemInfo,
    'machineID' | 'systemUUID' | 'bootID' | 'kernelVersion' | 'osImage' | 'operatingSystem' | 'architecture'
  >;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows' };

/** Looks at the machine that this process runs on. */
export function hostFacts(): HostFacts {
  const machineID = line('/etc/machine-id');
  return {
    capacity: { cpu: String(Math.max(1, cpus().length)), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' },
    system: {
      machineID,
      systemUUID: line('/sys/class/dmi/id/product_uuid') || machineID,
      bootID: line('/proc/sys/kernel/random/boot_id'),
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(text('/etc/os-release'))?.[1] ?? platform(),
      operatingSystem: SYSTEMS[platform()] ?? platform(),
      architecture: ARCHITECTURES[arch()] ?? arch(),
    },
  };
}

const line = (path: string) => text(path).trim();

/** Empty where the file is not there or not ours to read: these facts are optional. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
