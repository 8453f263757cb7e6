import type { KubeObject } from '../../../lib/api/object.js';
import type { PodEvents } from '../../../lib/kubelet/pod-events.js';

/** What users were told. */
export class RecordingEvents implements PodEvents {
  readonly all: { readonly object: string; readonly type: string; readonly reason: string; readonly message: string }[] = [];

  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.all.push({ object: object.metadata?.name ?? '', type, reason, message });
  }

  /** Reasons of the events of one object, in order. */
  reasons(object: string): string[] {
    return this.all.filter((event) => event.object === object).map(({ reason }) => reason);
  }

  /** Messages of one reason, of one object. */
  messages(object: string, reason: string): string[] {
    return this.all.filter((event) => event.object === object && event.reason === reason).map(({ message }) => message);
  }
}
