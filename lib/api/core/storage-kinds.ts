export { limitRanges } from './limit-ranges.js';
export { persistentVolumeClaims } from './persistent-volume-claims.js';
export { persistentVolumes } from './persistent-volumes.js';
export { podTemplates } from './pod-templates.js';
export { resourceQuotas } from './resource-quotas.js';
