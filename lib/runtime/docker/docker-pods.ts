import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { ContainerState, RuntimeContainer, RuntimePod } from '../container-runtime.js';
import type { DockerEngine } from './docker-engine.js';
import { filterFor, readLabels } from './labels.js';

/** Questions asked at the same time. */
const AT_ONCE = 8;
/** How the engine writes that something has not happened. */
const NEVER = /^0001-/;

/** What the engine said of a container when it was last asked. */
interface Seen {
  readonly status: string;
  readonly details: ContainerInspectInfo;
}

/** What {@link DockerPods} is made with. */
export interface DockerPodsOptions {
  readonly engine: DockerEngine;
  readonly planeId: string;
  /** Address of pods on the host network. */
  readonly hostAddress: string;
}

/**
 * What the engine has of ours.
 *
 * Its list says what exists. Times and exit codes take a question for each container; it is asked once for each state that a container comes
 * to, so that a list of what has not changed is one request. The list may be a moment behind the engine's own events: so what an event or a
 * call has changed has to be named by {@link DockerPods.touch}.
 */
export class DockerPods {
  readonly #options: DockerPodsOptions;
  readonly #touched = new Set<string>();
  #seen = new Map<string, Seen>();

  constructor(options: DockerPodsOptions) {
    this.#options = options;
  }

  /** This container is not as it was: it will be asked about again, whatever the list says. */
  touch(id: string): void {
    this.#touched.add(id);
  }

  async list(): Promise<readonly RuntimePod[]> {
    const { engine, planeId } = this.#options;
    const infos = await engine.ask((docker) => docker.listContainers({ all: true, filters: filterFor(planeId) }));
    const seen = await this.#look(infos);
    const bySandbox = new Map<string, RuntimeContainer[]>();
    for (const { details } of seen.values()) {
      const { kind, sandboxId } = readLabels(details.Config.Labels);
      if (kind === 'container') bySandbox.set(sandboxId, [...(bySandbox.get(sandboxId) ?? []), containerOf(details)]);
    }
    const pods = [...seen.values()].flatMap(({ details }) =>
      readLabels(details.Config.Labels).kind === 'sandbox' ? [this.#pod(details, bySandbox.get(details.Id) ?? [])] : [],
    );
    return pods.sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Asks about those that have changed since they were seen; forgets those that are gone. */
  async #look(infos: readonly ContainerInfo[]): Promise<ReadonlyMap<string, Seen>> {
    const before = this.#seen;
    const next = new Map<string, Seen>();
    const changed: string[] = [];
    for (const { Id, State } of infos) {
      const seen = before.get(Id);
      const touched = this.#touched.delete(Id);
      if (seen?.status === State && !touched) next.set(Id, seen);
      else changed.push(Id);
    }
    const worker = async () => {
      for (let id = changed.pop(); id !== undefined; id = changed.pop()) {
        const details = await this.#inspect(id);
        if (details) next.set(id, { status: details.State.Status, details });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.#seen = next;
    return next;
  }

  #inspect(id: string): Promise<ContainerInspectInfo | undefined> {
    return this.#options.engine.askUnless([404], (docker) => docker.getContainer(id).inspect());
  }

  #pod({ Id, Created, Config, State, NetworkSettings, HostConfig }: ContainerInspectInfo, containers: RuntimeContainer[]): RuntimePod {
    const { pod, podLabels } = readLabels(Config.Labels);
    const addresses = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    return {
      sandboxId: Id,
      pod,
      labels: podLabels,
      ready: State.Running,
      ips: HostConfig.NetworkMode === 'host' ? [this.#options.hostAddress] : addresses.filter(Boolean),
      createdAt: Date.parse(Created),
      containers: containers.sort((a, b) => a.createdAt - b.createdAt || a.attempt - b.attempt),
    };
  }
}

/** Whether it was ever started: only then does it have an exit code. */
export function stateOf(state: string): ContainerState {
  if (state === 'created') return 'created';
  return ['running', 'paused', 'restarting'].includes(state) ? 'running' : 'exited';
}

function containerOf({ Id, Created, Image, Config, State }: ContainerInspectInfo): RuntimeContainer {
  const { name, attempt, specHash } = readLabels(Config.Labels);
  const state = stateOf(State.Status);
  return {
    ...{ id: Id, name, attempt, specHash, state },
    image: Config.Image,
    imageId: Image,
    createdAt: Date.parse(Created),
    startedAt: timeOf(State.StartedAt),
    ...(state === 'exited' && { finishedAt: timeOf(State.FinishedAt), exitCode: State.ExitCode, oomKilled: State.OOMKilled }),
  };
}

function timeOf(text: string): number | undefined {
  return NEVER.test(text) ? undefined : Date.parse(text);
}
