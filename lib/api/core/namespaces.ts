import type { Namespace } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const namespaces = defineBuiltIn<Namespace>('v1/namespaces');
