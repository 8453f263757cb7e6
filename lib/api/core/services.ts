import type { Service } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const services = defineBuiltIn<Service>('v1/services', { storagePrefix: '/registry/services/specs' });
