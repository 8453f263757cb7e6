import type { Secret } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const secrets = defineBuiltIn<Secret>('v1/secrets');
