export { csiDrivers } from './csi-drivers.js';
export { csiNodes } from './csi-nodes.js';
export { csiStorageCapacities } from './csi-storage-capacities.js';
export { storageClasses } from './storage-classes.js';
export { volumeAttachments } from './volume-attachments.js';
export { volumeAttributesClasses } from './volume-attributes-classes.js';
