import type { RuntimeContainer, RuntimePod } from '../../runtime/container-runtime.js';

/** What the runtime has of one pod. */
export interface ActualPod {
  /** The one that containers run in; absent: none is ready. */
  readonly sandbox: RuntimePod | undefined;
  /** Sandboxes that died or were replaced: to be removed, with all they hold. */
  readonly stale: readonly RuntimePod[];
  /** Containers of the ready sandbox by name, newest attempt last. */
  readonly containers: ReadonlyMap<string, readonly RuntimeContainer[]>;
  /** Containers of all sandboxes by name, newest last. */
  readonly everything: ReadonlyMap<string, readonly RuntimeContainer[]>;
}

/** Nothing. */
export const absentPod: ActualPod = { sandbox: undefined, stale: [], containers: new Map(), everything: new Map() };

/** Sorts what the runtime lists under one pod uid. */
export function actualPodOf(pods: readonly RuntimePod[]): ActualPod {
  if (pods.length === 0) return absentPod;
  const oldestFirst = [...pods].sort((a, b) => a.createdAt - b.createdAt);
  const sandbox = oldestFirst.findLast(({ ready }) => ready);
  return {
    sandbox,
    stale: oldestFirst.filter((one) => one !== sandbox),
    containers: byName(sandbox?.containers ?? []),
    everything: byName(oldestFirst.flatMap(({ containers }) => containers)),
  };
}

/** The newest container of a name. */
export function newest(containers: ReadonlyMap<string, readonly RuntimeContainer[]>, name: string): RuntimeContainer | undefined {
  return containers.get(name)?.at(-1);
}

/** Containers that are not dead, in all sandboxes. */
export function liveContainers({ everything }: ActualPod): readonly RuntimeContainer[] {
  return [...everything.values()].flat().filter(({ state }) => state === 'running');
}

function byName(containers: readonly RuntimeContainer[]): Map<string, RuntimeContainer[]> {
  const groups = new Map<string, RuntimeContainer[]>();
  for (const container of containers) {
    const group = groups.get(container.name);
    if (group) group.push(container);
    else groups.set(container.name, [container]);
  }
  for (const group of groups.values()) group.sort((a, b) => a.attempt - b.attempt || a.createdAt - b.createdAt);
  return groups;
}
