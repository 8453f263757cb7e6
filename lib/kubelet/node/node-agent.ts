import type { Node } from 'kubernetes-types/core/v1.js';
import { Backoff } from '../../base/backoff.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { pause } from '../../base/pause.js';
import { nodes } from '../../api/core/nodes.js';
import { conditionOf } from '../../api/meta/conditions.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { Registries } from '../../registry/registry.js';
import type { PodEvents } from '../pod-events.js';
import { same } from '../status/same.js';
import type { NodeFacts } from './node-object.js';
import { newNode, nodeLabels, nodeStatus, sameNodeStatus } from './node-object.js';

/** What a {@link NodeAgent} takes. */
export interface NodeAgentOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly events: PodEvents;
  /** What the node says of itself now. */
  readonly facts: () => Promise<NodeFacts>;
  /** Milliseconds between two looks at whether the status has changed. */
  readonly updatePeriod: number;
  /** Milliseconds after which the status is written even when nothing has changed. */
  readonly reportPeriod: number;
}

/** Keeps the Node object of this kubelet: registers it, keeps its status true, registers it again when it was deleted. */
export class NodeAgent {
  readonly #options: NodeAgentOptions;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #reportedAt = -Infinity;
  #wasReady: boolean | undefined;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
  }

  /** Resolves with the node once it is registered; tries until then. Rejects when stopped meanwhile. */
  async start(signal: AbortSignal): Promise<Stored<Node>> {
    this.#stop = new AbortController();
    const { environment, logger } = this.#options;
    const backoff = new Backoff({ environment, first: 200, max: 7000, jitter: 0.2 });
    for (;;) {
      try {
        const node = await this.#report();
        this.#options.events.event(node, 'Normal', 'Starting', 'Starting kubelet.');
        this.#running = this.#loop();
        return node;
      } catch (error) {
        signal.throwIfAborted();
        logger.warn('cannot register the node', { error });
        await environment.sleep(backoff.next(), signal);
      }
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { environment, updatePeriod, logger } = this.#options;
    const { signal } = this.#stop;
    // A little chance keeps hundreds of nodes in one process from coming in step.
    while (await pause(environment, updatePeriod * (1 + 0.04 * environment.random()), signal)) {
      await this.#report().catch((error: unknown) => logger.warn('cannot update the node', { error }));
    }
  }

  /** Writes what is not as it should be. */
  async #report(): Promise<Stored<Node>> {
    const { registries, environment } = this.#options;
    const facts = await this.#options.facts();
    const registry = registries.registry(nodes);
    const known = await registry.get({ name: facts.name }).catch(unlessMissing);
    const node = known ? await this.#update(known, facts) : await registry.create(newNode(facts, environment.now()));
    if (!known) this.#reportedAt = environment.monotonic();
    this.#announce(node);
    return node;
  }

  async #update(known: Stored<Node>, facts: NodeFacts): Promise<Stored<Node>> {
    const { registries, environment, reportPeriod } = this.#options;
    const registry = registries.registry(nodes);
    const labels = { ...known.metadata.labels, ...nodeLabels(facts) };
    const node = same(labels, known.metadata.labels) ? known : await registry.modify({ name: facts.name }, (one) => withLabels(one, facts));
    const now = environment.now();
    const due = environment.monotonic() - this.#reportedAt >= reportPeriod;
    if (!due && sameNodeStatus(nodeStatus(facts, node.status ?? {}, now), node.status ?? {})) return node;
    const written = await registry
      .subresource('status')
      .modify({ name: facts.name }, (one) => ({ ...one, status: nodeStatus(facts, one.status ?? {}, now) }));
    this.#reportedAt = environment.monotonic();
    return written as Stored<Node>; // a node's status subresource is the node
  }

  #announce(node: Stored<Node>): void {
    const ready = conditionOf(node.status?.conditions, 'Ready')?.status === 'True';
    if (ready === this.#wasReady) return;
    this.#wasReady = ready;
    const reason = ready ? 'NodeReady' : 'NodeNotReady';
    this.#options.events.event(node, 'Normal', reason, `Node ${node.metadata.name} status is now: ${reason}`);
  }
}

function withLabels(node: Node, facts: NodeFacts): Node {
  return { ...node, metadata: { ...node.metadata, labels: { ...node.metadata?.labels, ...nodeLabels(facts) } } };
}

function unlessMissing(error: unknown): undefined {
  if (!StatusError.is(error, 'NotFound')) throw error;
}
