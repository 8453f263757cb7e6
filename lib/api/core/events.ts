import type { Event } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';

export const events = defineBuiltIn<Event>('v1/events');
