import type { Endpoints } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const endpoints = defineBuiltIn<Endpoints>('v1/endpoints', { storagePrefix: '/registry/services/endpoints' });
