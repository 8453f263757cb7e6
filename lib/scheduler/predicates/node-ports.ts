import type { FitsNode, Predicate } from './predicate.js';

/** The host ports of the pod are free on the node. */
export const fitsPorts: FitsNode = ({ hostPorts }, { usedPorts }) =>
  hostPorts.every((port) => usedPorts.isFree(port)) || "node(s) didn't have free ports for the requested pod ports";

export const nodePorts: Predicate = {
  name: 'NodePorts',
  fits: fitsPorts,
  scope: 'shape',
  wakes: ['node-added', 'pod-left'],
};
