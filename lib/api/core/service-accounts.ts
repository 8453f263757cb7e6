import type { ServiceAccount } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const serviceAccounts = defineBuiltIn<ServiceAccount>('v1/serviceaccounts');
