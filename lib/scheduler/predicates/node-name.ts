import type { FitsNode, Predicate } from './predicate.js';

/** The node is the one that the pod names, where it names one. */
export const matchesName: FitsNode = ({ pod }, { name }) =>
  !pod.spec?.nodeName || pod.spec.nodeName === name || "node(s) didn't match the requested node name";

export const nodeName: Predicate = { name: 'NodeName', fits: matchesName, scope: 'shape', wakes: ['node-added'] };
