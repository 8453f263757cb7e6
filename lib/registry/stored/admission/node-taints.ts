import type { Node, Taint } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../../api/meta/conditions.js';
import type { AdmissionPlugin } from './admission-plugin.js';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * A new node takes no pods until it has shown that it is ready. One that comes with that news is spared, which the real server does not
 * do: there a controller takes the taint away a moment later, and a scheduler that runs without one would wait for ever.
 */
export const nodeTaints: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit({ operation, definition, subresource, draft }) {
    if (operation !== 'CREATE' || definition.group !== '' || definition.plural !== 'nodes' || subresource !== undefined || !draft) return;
    const node = draft as { spec?: Node['spec']; status?: Node['status'] };
    if (conditionOf(node.status?.conditions, 'Ready')?.status === 'True') return;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] };
  },
};
