import type { Storage } from '../storage/storage.js';

/** Whether other control planes may use this storage at the same time: as the option says, or else as the storage itself. */
export function isShared(option: boolean | undefined, storage: Storage): boolean {
  return option ?? storage.shared ?? false;
}
