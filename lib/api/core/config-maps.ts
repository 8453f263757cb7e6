import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const configMaps = defineBuiltIn<ConfigMap>('v1/configmaps');
