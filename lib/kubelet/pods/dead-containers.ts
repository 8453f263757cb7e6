import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import type { ActualPod } from './actual-pod.js';

/** Dead containers that nobody needs any more: all but the newest dead one of each name, whose output `logs --previous` shows. */
export function superfluous({ containers }: ActualPod): readonly RuntimeContainer[] {
  return [...containers.values()].flatMap((records) => records.filter(({ state }) => state === 'exited').slice(0, -1));
}
