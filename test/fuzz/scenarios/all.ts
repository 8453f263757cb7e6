import type { Scenario } from '../scene.js';
import { customKinds } from './custom-kinds.js';
import { http2Connections } from './http2-connections.js';
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
  http2Connections,
];
