import type { Scenario } from '../scene.js';
import { customKinds } from './custom-kinds.js';
import { largeBodies } from './large-bodies.js';
import { lifeOfAnObject } from './life-of-an-object.js';
import { listsAndWatches } from './lists-and-watches.js';
import { oddRequests } from './odd-requests.js';
import { rawConnections } from './raw-connections.js';
import { subresources } from './subresources.js';

/** All that is played. */
export const scenarios: readonly Scenario[] = [
  lifeOfAnObject,
  customKinds,
  listsAndWatches,
  subresources,
  largeBodies,
  oddRequests,
  rawConnections,
];
