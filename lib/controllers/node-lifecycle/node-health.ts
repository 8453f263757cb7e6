import type { Node } from 'kubernetes-types/core/v1.js';
import type { Lease } from 'kubernetes-types/coordination/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import type { Stored } from '../../api/object.js';

interface Sign {
  /** The heartbeat that was seen last, and its kind of time; compared for equality alone. */
  readonly beat: string;
  /** Monotonic time at which it was first seen. */
  readonly seenAt: number;
}

/**
 * How long nodes have been silent, by this process' clock alone: a node's clock may be wrong, and after a restart every node has
 * a whole grace period to be heard.
 */
export class NodeHealth {
  readonly #signs = new Map<string, Sign>();

  /** Milliseconds since the node's last sign of life was first seen here. */
  silence(node: Stored<Node>, lease: Stored<Lease> | undefined, now: number): number {
    const { name, uid } = node.metadata;
    const ready = conditionOf(node.status?.conditions, 'Ready');
    // What this controller itself writes into the condition keeps the heartbeat time, so it is no sign of life.
    const beat = JSON.stringify([uid, lease?.spec?.renewTime, ready?.lastHeartbeatTime]);
    const known = this.#signs.get(name);
    if (known?.beat === beat) return now - known.seenAt;
    this.#signs.set(name, { beat, seenAt: now });
    return 0;
  }

  forget(name: string): void {
    this.#signs.delete(name);
  }
}
