import type { Node, Taint } from 'kubernetes-types/core/v1.js';
import type { AdmissionPlugin } from './admission-plugin.js';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes no pods until it has shown that it is ready. */
export const nodeTaints: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit({ operation, definition, subresource, draft }) {
    if (operation !== 'CREATE' || definition.group !== '' || definition.plural !== 'nodes' || subresource !== undefined || !draft) return;
    const node = draft as { spec?: Node['spec'] };
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] };
  },
};
