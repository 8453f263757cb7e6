import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const endpointSlices = defineBuiltIn<EndpointSlice>('discovery.k8s.io/v1/endpointslices');
