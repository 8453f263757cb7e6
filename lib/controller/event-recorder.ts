import type { KubeObject } from '../api/object.js';

/** Tells users what happened to an object: Kubernetes Events, aggregated (a repeat raises `count`) and rate-limited. Never throws, never waits. */
export interface EventRecorder {
  /** `reason` is one CamelCase word for machines, `message` a sentence for people. */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}
