import type { Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { Backoff } from '../../base/backoff.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { pause } from '../../base/pause.js';
import { pods } from '../../api/core/pods.js';
import type { Stored } from '../../api/object.js';
import { keyOf, nameOf } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { Registries } from '../../registry/registry.js';
import { atMost } from '../with-timeout.js';
import { same } from './same.js';

/** What {@link StatusWriter} takes. */
export interface StatusWriterOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  readonly logger: Logger;
}

interface Entry {
  readonly pod: Stored<Pod>;
  /** What is to be written; undefined: all is written. */
  wanted: PodStatus | undefined;
  writing: Promise<void> | undefined;
}

/**
 * Writes pod statuses to the API: one write at a time a pod, always the latest status, only what differs from what is
 * there. Another pod of the same name is never touched, and a pod that ended never comes back to life.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #stop = new AbortController();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Resolves once this status, or one that came after it, is written, or the pod is gone. Never rejects. */
  write(pod: Stored<Pod>, status: PodStatus): Promise<void> {
    const { uid } = pod.metadata;
    let entry = this.#entries.get(uid);
    if (!entry) this.#entries.set(uid, (entry = { pod, wanted: undefined, writing: undefined }));
    entry.wanted = status;
    entry.writing ??= this.#run(uid, entry);
    return entry.writing;
  }

  /** Resolves when all that was given has been written, and after so many milliseconds at the latest. */
  flush(milliseconds: number): Promise<void> {
    return atMost(this.#options.environment, milliseconds, this.#settled());
  }

  /** Gives up what cannot be written now. Resolves when no write is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#settled();
  }

  async #settled(): Promise<void> {
    for (const { writing } of [...this.#entries.values()]) await writing;
  }

  async #run(uid: string, entry: Entry): Promise<void> {
    const backoff = new Backoff({ environment: this.#options.environment, first: 200, max: 10_000 });
    while (entry.wanted && !this.#stop.signal.aborted) {
      const status = entry.wanted;
      entry.wanted = undefined;
      if (await this.#try(entry.pod, status)) continue;
      entry.wanted ??= status;
      await pause(this.#options.environment, backoff.next(), this.#stop.signal);
    }
    this.#entries.delete(uid);
  }

  /** False: to be tried again. */
  async #try(pod: Stored<Pod>, status: PodStatus): Promise<boolean> {
    const { registries, logger } = this.#options;
    try {
      await registries
        .registry(pods)
        .subresource('status')
        .modify(nameOf(pod), (current) => merged(current, pod.metadata.uid, status));
      return true;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return true;
      if (StatusError.is(error, 'Invalid')) {
        logger.error('the API refuses a pod status', { pod: keyOf(pod), error });
        return true;
      }
      logger.warn('cannot write a pod status', { pod: keyOf(pod), error });
      return false;
    }
  }
}

function merged(current: Pod, uid: string, status: PodStatus): Pod {
  if (current.metadata?.uid !== uid) return current;
  const ended = current.status?.phase === 'Succeeded' || current.status?.phase === 'Failed';
  const next = ended ? { ...status, phase: current.status.phase! } : status;
  return same(current.status, next) ? current : { ...current, status: next };
}
