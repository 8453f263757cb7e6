export { controllerRevisions } from './controller-revisions.js';
export { daemonSets } from './daemon-sets.js';
export { deployments } from './deployments.js';
export { replicaSets } from './replica-sets.js';
export { statefulSets } from './stateful-sets.js';
