import type { FitsNode, Predicate } from './predicate.js';

/** The node has the labels that the pod's `nodeSelector` and required node affinity ask for. */
export const matchesAffinity: FitsNode = ({ nodeMatcher }, { node }) =>
  !nodeMatcher || nodeMatcher(node) || "node(s) didn't match Pod's node affinity/selector";

export const nodeAffinity: Predicate = {
  name: 'NodeAffinity',
  fits: matchesAffinity,
  scope: 'shape',
  wakes: ['node-added', 'node-labels'],
};
