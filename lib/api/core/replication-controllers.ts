import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const replicationControllers = defineBuiltIn<ReplicationController>('v1/replicationcontrollers', {
  storagePrefix: '/registry/controllers',
});
