import type { Lease } from 'kubernetes-types/coordination/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const leases = defineBuiltIn<Lease>('coordination.k8s.io/v1/leases');
