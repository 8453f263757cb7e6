import type { Node } from 'kubernetes-types/core/v1.js';
import { defineResource } from '../define-resource.js';
import type { KubeObject } from '../object.js';
import type { ResourceDefinition, StoredForm } from '../resource-definition.js';
import { nodes } from './nodes.js';

/** As nodes were called when they were young. */
const named = defineResource<Node>({ group: 'kubelib.dev', version: 'v1', kind: 'Minion', namespaced: false });

const storedForm: StoredForm = {
  toStored: (minion) => ({ ...minion, kind: nodes.kind, apiVersion: nodes.apiVersion }),
  fromStored: (node: KubeObject) => ({ ...node, kind: named.kind, apiVersion: named.apiVersion }),
};

/**
 * Nodes by their old name, for those who look for it: `kubectl get minions`. A view that is read; what writes, writes nodes. It has a
 * group of its own, as a real server's core group tells of no such name.
 */
export const minions: ResourceDefinition<Node> = {
  ...named,
  storagePrefix: nodes.storagePrefix,
  verbs: ['get', 'list', 'watch'],
  columns: nodes.columns,
  selectableFields: nodes.selectableFields,
  storedForm,
};
