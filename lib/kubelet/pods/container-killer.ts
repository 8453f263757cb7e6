import type { Container, Pod } from 'kubernetes-types/core/v1.js';
import { pause } from '../../base/pause.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import { runHook } from '../hooks/run-hook.js';
import { withTimeout } from '../with-timeout.js';
import type { PodContext } from './pod-context.js';

/** What is to be killed, and how. */
export interface KillRequest {
  readonly pod: Pod | undefined;
  /** Its spec; unset for containers of unknown pods. */
  readonly container: Container | undefined;
  readonly record: RuntimeContainer;
  readonly podIP: string;
  /** Milliseconds to end by itself, the preStop hook included. */
  readonly gracePeriod: number;
  /** What users are told. */
  readonly message: string;
}

interface Kill {
  /** Monotonic. */
  deadline: number;
  readonly hook: AbortController;
}

/** Milliseconds that a container has after its preStop hook, however long that took. */
const LEAST_AFTER_HOOK = 2000;
/** Milliseconds before a kill that failed may be tried again. */
const RETRY_AFTER = 1000;

/** Kills containers of one pod: hook, SIGTERM, grace, SIGKILL. A second call for a container can only shorten its time. */
export class ContainerKiller {
  readonly #context: PodContext;
  readonly #uid: string;
  readonly #kills = new Map<string, Kill>();

  constructor(context: PodContext, uid: string) {
    this.#context = context;
    this.#uid = uid;
  }

  isKilling(containerId: string): boolean {
    return this.#kills.has(containerId);
  }

  kill(request: KillRequest): void {
    const { id } = request.record;
    const deadline = this.#context.environment.monotonic() + request.gracePeriod;
    const known = this.#kills.get(id);
    if (!known) this.#begin(request, deadline);
    else if (deadline < known.deadline - 100) this.#shorten(known, request, deadline);
  }

  /** Ends hooks; the runtime goes on with what it was asked to kill. */
  stop(): void {
    for (const { hook } of this.#kills.values()) hook.abort(new Error('stopped'));
  }

  #begin(request: KillRequest, deadline: number): void {
    const hook = new AbortController();
    const kill: Kill = { deadline, hook };
    this.#kills.set(request.record.id, kill);
    if (request.pod) this.#context.events.event(request.pod, 'Normal', 'Killing', request.message);
    void this.#run(request, kill).finally(() => {
      this.#kills.delete(request.record.id);
      this.#context.wake(this.#uid);
    });
  }

  async #run(request: KillRequest, kill: Kill): Promise<void> {
    const { runtime, environment, logger } = this.#context;
    try {
      const hooked = await this.#preStop(request, kill);
      const left = kill.deadline - environment.monotonic();
      await runtime.stopContainer(request.record.id, Math.max(hooked && !kill.hook.signal.aborted ? LEAST_AFTER_HOOK : 0, left));
    } catch (error) {
      logger.warn('cannot stop a container', { pod: this.#uid, container: request.record.name, error });
      await pause(environment, RETRY_AFTER, kill.hook.signal);
    }
  }

  #shorten(kill: Kill, { record, gracePeriod }: KillRequest, deadline: number): void {
    kill.deadline = deadline;
    kill.hook.abort(new Error('the grace period was shortened'));
    this.#context.runtime.stopContainer(record.id, gracePeriod).catch((error: unknown) => {
      this.#context.logger.warn('cannot stop a container', { pod: this.#uid, container: record.name, error });
    });
  }

  /** True: there was a hook. */
  async #preStop({ pod, container, record, podIP, gracePeriod }: KillRequest, kill: Kill): Promise<boolean> {
    const handler = container?.lifecycle?.preStop;
    if (!pod || !handler || gracePeriod <= 0) return false;
    const { runtime, environment, events } = this.#context;
    const target = { runtime, environment, container, containerId: record.id, podIP };
    try {
      await withTimeout(environment, { milliseconds: gracePeriod, signal: kill.hook.signal }, (signal) => runHook(handler, target, signal));
    } catch (error) {
      events.event(pod, 'Warning', 'FailedPreStopHook', `PreStopHook failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    return true;
  }
}
