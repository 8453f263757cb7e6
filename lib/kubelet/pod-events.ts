import type { KubeObject } from '../api/object.js';

/** Where a kubelet tells users what happens to their pods. The controller room's `EventRecorder` is one. */
export interface PodEvents {
  /** `reason` is one CamelCase word for machines, `message` a sentence for people. Never throws, never waits. */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** Tells nobody. */
export const silentPodEvents: PodEvents = { event: () => undefined };
