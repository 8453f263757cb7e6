import type { Pod } from 'kubernetes-types/core/v1.js';
import { Backoff } from '../../base/backoff.js';
import type { Stored } from '../../api/object.js';
import { keyOf } from '../../api/object.js';
import type { SandboxConfig } from '../../runtime/container-runtime.js';
import { unlessAborted } from '../with-timeout.js';
import type { PayloadFacts } from '../volumes/payload.js';
import type { VolumePaths } from '../volumes/pod-volumes.js';
import { VolumeError } from '../volumes/volume-error.js';
import type { ActualPod } from './actual-pod.js';
import type { PodContext } from './pod-context.js';

/** Tokens are replaced when this part of their time is over, and after a day at the latest. */
const RENEWAL = 0.8;
const LONGEST = 24 * 3600;

/** Where the setup of a pod stands. */
export interface SetupState {
  /** Set when containers may be started. */
  readonly volumes?: VolumePaths | undefined;
  /** Milliseconds until it is worth looking again. */
  readonly wakeAfter?: number | undefined;
}

/** What a pod needs before its containers: volumes, then a sandbox. Both are made again when they are not as they should be. */
export class PodSetup {
  readonly #context: PodContext;
  readonly #uid: string;
  readonly #backoff: Backoff;
  readonly #abort = new AbortController();
  #volumes: { readonly stamp: string; readonly paths: VolumePaths } | undefined;
  #busy = false;
  #retryAt = 0;
  /** When a token in the volumes must be replaced; on the monotonic clock. */
  #renewAt = Infinity;

  constructor(context: PodContext, uid: string) {
    this.#context = context;
    this.#uid = uid;
    this.#backoff = new Backoff({ environment: context.environment, first: 500, max: 122_000 });
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What was missing may be there now: try at once. */
  retry(): void {
    this.#retryAt = 0;
  }

  /** Makes nothing more, for good. */
  stop(): void {
    this.#abort.abort(new Error('the pod is not to run any more'));
  }

  /** Begins what is to be done, unless it is being done. Wakes the pod when it is through. */
  step(pod: Stored<Pod>, actual: ActualPod): SetupState {
    if (this.#busy || this.#abort.signal.aborted) return {};
    const stamp = this.#stamp(pod);
    const now = this.#context.environment.monotonic();
    const fresh = this.#volumes?.stamp === stamp && now < this.#renewAt;
    if (fresh && actual.sandbox && actual.stale.length === 0) return { volumes: this.#volumes!.paths, wakeAfter: this.#untilRenewal(now) };
    const wakeAfter = this.#retryAt - now;
    if (wakeAfter > 0) return { wakeAfter };
    this.#busy = true;
    void this.#make(pod, actual).finally(() => {
      this.#busy = false;
      this.#context.wake(this.#uid);
    });
    return {};
  }

  async #make(pod: Stored<Pod>, actual: ActualPod): Promise<void> {
    try {
      await this.#makeVolumes(pod);
      await this.#makeSandbox(pod, actual);
      this.#backoff.reset();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#retryAt = this.#context.environment.monotonic() + this.#backoff.next();
      this.#report(pod, error);
    }
  }

  async #makeVolumes(pod: Stored<Pod>): Promise<void> {
    await unlessAborted(this.#abort.signal, this.#context.objects.ready(this.#uid));
    const stamp = this.#stamp(pod);
    if (this.#volumes?.stamp === stamp && this.#context.environment.monotonic() < this.#renewAt) return;
    const renewals = [Infinity];
    const paths = await this.#context.volumes.setUp(this.#facts(pod, renewals));
    this.#renewAt = Math.min(...renewals);
    this.#volumes = { stamp, paths };
  }

  #untilRenewal(now: number): number | undefined {
    return this.#renewAt === Infinity ? undefined : this.#renewAt - now;
  }

  async #makeSandbox(pod: Stored<Pod>, { sandbox, stale }: ActualPod): Promise<void> {
    const { runtime, events } = this.#context;
    if (stale.length > 0 && !sandbox)
      events.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    for (const { sandboxId } of stale) await runtime.removeSandbox(sandboxId);
    this.#abort.signal.throwIfAborted();
    if (!sandbox) await runtime.createSandbox(this.#config(pod));
  }

  #report(pod: Stored<Pod>, error: unknown): void {
    const { events, logger } = this.#context;
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof VolumeError) {
      events.event(pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${error.volume}" : ${text}`);
    } else {
      events.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${text}`);
      logger.warn('cannot set up a pod', { pod: keyOf(pod), error });
    }
  }

  #config(pod: Stored<Pod>): SandboxConfig {
    const { name, namespace = '', uid, labels } = pod.metadata;
    return {
      pod: { name, namespace, uid },
      hostname: (pod.spec?.hostname ?? name).slice(0, 63).replace(/[-.]+$/, ''),
      labels: labels ?? {},
      hostNetwork: pod.spec?.hostNetwork ?? false,
      directory: this.#context.disk.directoryOf(uid),
    };
  }

  /** Adds to `renewals` when each token that is asked for must be replaced. */
  #facts(pod: Stored<Pod>, renewals: number[]): PayloadFacts {
    const { objects, hostIPs, allocatable, tokens, environment } = this.#context;
    return {
      pod,
      podIPs: [],
      hostIPs,
      objects,
      allocatable,
      token: async ({ audience, expirationSeconds = 3600 }) => {
        const { text, seconds } = await tokens.token({ pod, audience, expirationSeconds });
        renewals.push(environment.monotonic() + Math.min(seconds * RENEWAL, LONGEST) * 1000);
        return text;
      },
    };
  }

  /** Changes with whatever the files of volumes are made from. */
  #stamp(pod: Stored<Pod>): string {
    if (!pod.spec?.volumes?.length) return '';
    return JSON.stringify([this.#context.objects.stamp(this.#uid), pod.metadata.labels, pod.metadata.annotations]);
  }
}
