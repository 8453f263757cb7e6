import type { Binding } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import type { WriteOnlyDefinition } from '../resource-definition.js';

/** Write-only: creating one binds a pod to a node; nothing is stored under its own name. */
export const bindings: WriteOnlyDefinition<Binding> = { ...defineBuiltIn<Binding>('v1/bindings'), writeOnly: true };
