import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { RevisionedTree } from '../memory/revisioned-tree.js';
import type { CommitLog, SealedSegment } from './commit-log.js';
import { diskError } from './disk-error.js';
import { findFiles, snapshotName } from './files.js';
import { writeSnapshot } from './snapshot-file.js';

/** What {@link Checkpointer} needs. */
export interface CheckpointerOptions {
  readonly directory: string;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly tree: RevisionedTree;
  readonly log: CommitLog;
  /** Full segments may have so many bytes, or as many as the last snapshot, before a new one is made. */
  readonly checkpointBytes: number;
  readonly snapshotBytes: number;
}

/** Milliseconds before a failed checkpoint is tried again. */
const RETRY = 10_000;

/**
 * Keeps the log short: writes a snapshot and removes the segments that it stands for.
 *
 * The snapshot is taken of an old revision, the end of the last full segment but one, so that a segment of history stays
 * to be replayed and watched from after a restart. It is one of the tree's versions and costs no copy; writes go on.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #snapshotBytes: number;
  #running: Promise<void> | undefined;
  #notBefore = -Infinity;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#snapshotBytes = options.snapshotBytes;
  }

  /** Begins a checkpoint when the log has grown enough. */
  check(): void {
    const { environment, checkpointBytes, log } = this.#options;
    if (this.#running !== undefined) return;
    const bytes = log.sealed.reduce((sum, { header }) => sum + header.size, 0);
    if (bytes <= Math.max(checkpointBytes, this.#snapshotBytes) || environment.monotonic() < this.#notBefore) return;
    this.#running = this.#checkpoint(log.sealed).finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no checkpoint is being made. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #checkpoint(sealed: readonly SealedSegment[]): Promise<void> {
    const { directory, environment, logger, tree, log } = this.#options;
    try {
      const revision = Math.max((sealed.at(-2) ?? sealed[0]!).revision, tree.floor);
      const sequence = (sealed.find((segment) => segment.revision > revision)?.header ?? log.current).sequence;
      this.#snapshotBytes = await writeSnapshot(directory, tree.snapshot(revision), sequence);
      await log.forget(revision);
      for (const { name } of (await findFiles(directory)).snapshots) {
        if (name !== snapshotName(revision)) await rm(join(directory, name));
      }
      logger.debug('wrote a snapshot', { revision, bytes: this.#snapshotBytes });
    } catch (error) {
      this.#notBefore = environment.monotonic() + RETRY;
      logger.warn('could not write a snapshot; the log stays as it is', { error: diskError('snapshot', error), retryMs: RETRY });
    }
  }
}
