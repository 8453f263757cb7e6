import type { Node } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const nodes = defineBuiltIn<Node>('v1/nodes', { storagePrefix: '/registry/minions', shortNames: ['minion', 'minions'] });
