import type { KubeObject, Stored } from '../../api/object.js';
import { keyOf, nameOf } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { Draft } from './draft.js';
import type { KindContext } from './kind-context.js';
import type { Written } from './object-store.js';

/** Takes what the draft needs, writes, and gives back what the failed write, or the written object, does not use. */
export async function withReservation<T extends KubeObject>(
  kind: KindContext<T>,
  draft: Draft<T>,
  old: Stored<T> | undefined,
  write: () => Promise<Written<T>>,
): Promise<Written<T>> {
  if (!kind.strategy.reserve) return write();
  const reservation = await kind.strategy.reserve(draft, old, nameOf(draft), false);
  try {
    const written = await write();
    await giveBack(kind, draft, () => (written.ok ? reservation.settle() : reservation.undo()));
    return written;
  } catch (error) {
    // A write that may have landed keeps what it uses.
    if (!StatusError.is(error, 'Timeout')) await giveBack(kind, draft, () => reservation.undo());
    throw error;
  }
}

/** Gives back what a removed object used. */
export async function releaseAll<T extends KubeObject>(kind: KindContext<T>, object: Stored<T>): Promise<void> {
  if (kind.strategy.release) await giveBack(kind, object, () => kind.strategy.release!(object));
}

/** The write is done: what cannot be given back now is found again at the next start. */
async function giveBack<T extends KubeObject>(kind: KindContext<T>, object: KubeObject, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    kind.logger.warn('what an object no longer uses could not be given back yet', {
      resource: kind.definition.plural,
      object: keyOf(object),
      error,
    });
  }
}
