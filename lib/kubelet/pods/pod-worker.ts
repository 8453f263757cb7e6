import type { Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { parseTime } from '../../api/meta/time.js';
import { pods } from '../../api/core/pods.js';
import type { Stored } from '../../api/object.js';
import { keyOf, nameOf } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import { referencesOf } from '../objects/references.js';
import { atMost } from '../with-timeout.js';
import { PodProbes } from '../probes/pod-probes.js';
import type { VolumePaths } from '../volumes/pod-volumes.js';
import type { ActualPod } from './actual-pod.js';
import { liveContainers, newest } from './actual-pod.js';
import { factsOf } from './container-facts.js';
import { ContainerStarter } from './container-starter.js';
import { ContainerStarts } from './container-starts.js';
import { CrashBackoff } from './crash-backoff.js';
import { superfluous } from './dead-containers.js';
import type { Plan, Start, Waiting } from './plan.js';
import { planOf } from './plan.js';
import type { PodContext } from './pod-context.js';
import { PodEnder, podIPOf } from './pod-ender.js';
import { PodSetup } from './pod-setup.js';
import { containerOf, describePod, graceOf, specHashOf } from './pod-spec.js';
import { Problems } from './problems.js';
import { StartError } from './start-error.js';
import { StatusKeeper } from './status-keeper.js';
import { TerminationMessages } from './termination-messages.js';

/** What a {@link PodWorker} takes. */
export interface PodWorkerOptions {
  readonly context: PodContext;
  readonly uid: string;
  /** Unset: nobody knows the pod, but the runtime has something of it. */
  readonly pod: Stored<Pod> | undefined;
  /** Whether the pod has an object in the API. */
  readonly writable: boolean;
  /** Why the node does not take the pod. */
  readonly rejection?: Waiting | undefined;
}

type Goal = 'run' | 'end' | 'drain' | 'terminate';

/** Milliseconds that a restart waits at most for the API to learn that the pod is not ready. */
const LONGEST_GATE = 1000;
/** Milliseconds that a deletion waits at most for the pod's last status to be written. */
const LONGEST_FINAL_WRITE = 5000;

/**
 * Brings one pod to what its object says. Level-triggered: each {@link PodWorker.sync} looks at the runtime, begins what is
 * missing and returns; what takes long goes on beside it and wakes the pod when it is through.
 *
 * | goal | when | what it does |
 * |---|---|---|
 * | run | by default | volumes, sandbox, containers, probes, restarts |
 * | end | finished, rejected, past its deadline | ends what runs; keeps the dead containers and the status |
 * | drain | the kubelet goes | ends everything; the status says that it waits to run again |
 * | terminate | deleted, gone, or unknown | ends and removes everything, then the object |
 */
export class PodWorker {
  readonly uid: string;
  readonly #context: PodContext;
  readonly #writable: boolean;
  readonly #rejection: Waiting | undefined;
  readonly #starts: ContainerStarts;
  readonly #starter: ContainerStarter;
  readonly #setup: PodSetup;
  readonly #ender: PodEnder;
  readonly #probes: PodProbes;
  readonly #problems: Problems;
  readonly #crashes: CrashBackoff;
  readonly #messages: TerminationMessages;
  readonly #keeper: StatusKeeper;
  /** Starts that users were told have to wait, by container. */
  readonly #announced = new Map<string, number>();
  #pod: Stored<Pod> | undefined;
  #failure: Waiting | undefined;
  /** Nothing is to be started any more. */
  #finished = false;
  /** The source does not have it. */
  #gone: boolean;
  /** Nothing of it is left on this node. */
  #removed = false;
  #deleteSent = false;
  #drainGrace: number | undefined;
  #drained = false;

  constructor({ context, uid, pod, writable, rejection }: PodWorkerOptions) {
    const { environment, events, prober } = context;
    const wake = () => context.wake(uid);
    this.uid = uid;
    this.#context = context;
    this.#writable = writable;
    this.#rejection = rejection;
    this.#pod = pod;
    this.#gone = pod === undefined;
    this.#starts = new ContainerStarts(wake);
    this.#starter = new ContainerStarter(context);
    this.#setup = new PodSetup(context, uid);
    this.#ender = new PodEnder(context, uid);
    this.#probes = new PodProbes({ prober, environment, events, onChange: wake });
    this.#problems = new Problems(environment, context.retryBackoff);
    this.#crashes = new CrashBackoff(context.crashBackoff);
    this.#messages = new TerminationMessages(context);
    this.#keeper = new StatusKeeper({ context, pod, writable, probes: this.#probes, starts: this.#starts, messages: this.#messages });
  }

  /** The pod as its source last said; unset for unknown ones. */
  get pod(): Stored<Pod> | undefined {
    return this.#pod;
  }

  /** The status last made, which may be newer than the API's. */
  get status(): PodStatus {
    return this.#keeper.status;
  }

  /** Whether it takes room on the node. */
  get active(): boolean {
    return this.#pod !== undefined && !this.#rejection && !this.#removed && !this.#keeper.isFinished;
  }

  /** Nothing is left of the pod, here and in its source. */
  get over(): boolean {
    return this.#gone && this.#removed;
  }

  /** Everything has been ended, see {@link PodWorker.drain}. */
  get drained(): boolean {
    return this.#drained || this.#removed;
  }

  /** The source has a newer object. */
  update(pod: Stored<Pod>): void {
    this.#pod = pod;
    this.#keeper.observe(pod);
  }

  /** The source has the pod no more; `last` is the object as it was deleted. */
  vanish(last?: Stored<Pod>): void {
    if (last) this.#pod = last;
    this.#gone = true;
  }

  /** A configMap or secret that the pod names has changed. */
  objectsChanged(): void {
    this.#problems.retryConfiguration();
    this.#setup.retry();
  }

  /** From now on it is to be ended, within so many milliseconds, and left so. */
  drain(gracePeriod: number): void {
    this.#drainGrace = gracePeriod;
  }

  /** Lets go: probes and hooks end, containers run on. */
  stop(): void {
    this.#stopStarting();
    this.#ender.stop();
    this.#probes.stop();
  }

  /** Looks, and begins what has to be done. Throws when the runtime or the API does not answer. */
  async sync(): Promise<void> {
    const actual = (await this.#context.view.fresh(this.uid)).pod(this.uid);
    if (this.#pod) await this.#messages.collect(this.#pod, actual);
    const goal = this.#goal();
    if (goal !== 'run') this.#stopStarting();
    if (goal === 'terminate') return this.#terminate(actual);
    if (goal === 'drain') return this.#drain(this.#pod!, actual);
    return goal === 'end' ? this.#end(this.#pod!, actual) : this.#run(this.#pod!, actual);
  }

  #goal(): Goal {
    if (this.#gone || this.#pod?.metadata.deletionTimestamp !== undefined) return 'terminate';
    if (this.#drainGrace !== undefined) return 'drain';
    if (this.#rejection || this.#failure || this.#finished || this.#keeper.isFinished) return 'end';
    return this.#isOverdue(this.#pod!) ? 'end' : 'run';
  }

  #isOverdue(pod: Stored<Pod>): boolean {
    if (this.#timeLeft(pod) > 0) return false;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#failure = { reason: 'DeadlineExceeded', message };
    this.#context.events.event(pod, 'Normal', 'DeadlineExceeded', message);
    return true;
  }

  #timeLeft({ spec }: Stored<Pod>): number {
    if (spec?.activeDeadlineSeconds === undefined) return Infinity;
    return parseTime(this.#keeper.startTime) + 1000 * spec.activeDeadlineSeconds - this.#context.environment.now();
  }

  #run(pod: Stored<Pod>, actual: ActualPod): void {
    this.#context.objects.track(this.uid, pod.metadata.namespace ?? '', referencesOf(pod));
    this.#observe(pod, actual);
    const plan = this.#plan(pod, actual);
    if (plan.outcome !== 'Active') return this.#finish(pod, actual);
    const pulls = this.#agePulls(pod);
    const shown = this.#showRunning(pod, actual, plan);
    this.#announce(pod, plan, actual);
    for (const { record, message } of plan.kills) {
      const gracePeriod = 1000 * Number(this.#probes.ailment(record.id)?.gracePeriod ?? pod.spec?.terminationGracePeriodSeconds ?? 30);
      this.#ender.killOne(pod, actual, record, { message, gracePeriod });
    }
    const setup = this.#setup.step(pod, actual);
    if (setup.volumes && plan.starts.length > 0) this.#start(pod, actual, { starts: plan.starts, volumes: setup.volumes, gate: shown });
    this.#sweep(actual);
    this.#wakeIn([plan.wakeAfter, pulls, setup.wakeAfter, this.#timeLeft(pod)]);
  }

  /** Resolves when containers may be started: a pod that stops being ready is written as such first, so that nothing is sent to it. */
  #showRunning(pod: Stored<Pod>, actual: ActualPod, plan: Plan): Promise<void> | undefined {
    const wasReady = this.#keeper.isReady;
    const written = this.#keeper.show(pod, actual, { waiting: new Map([...this.#problems.waiting, ...plan.waiting]) });
    return wasReady && !this.#keeper.isReady ? atMost(this.#context.environment, LONGEST_GATE, written) : undefined;
  }

  #finish(pod: Stored<Pod>, actual: ActualPod): void {
    this.#finished = true;
    this.#stopStarting();
    this.#end(pod, actual);
  }

  #end(pod: Stored<Pod>, actual: ActualPod): void {
    if (this.#rejection) {
      if (!this.#keeper.isFinished) void this.#keeper.reject(pod, this.#rejection);
      return;
    }
    if (this.#keeper.isFinished && liveContainers(actual).length === 0) return;
    this.#observe(pod, actual);
    const ended = this.#ender.endAll(pod, actual, 1000 * Number(pod.spec?.terminationGracePeriodSeconds ?? 30));
    if (ended && this.#busy) return;
    if (ended) this.#context.objects.track(this.uid, '', []);
    this.#sweep(actual);
    void this.#keeper.show(pod, actual, ended ? { final: true, failure: this.#failure } : {});
  }

  async #drain(pod: Stored<Pod>, actual: ActualPod): Promise<void> {
    if (this.#drained) return;
    this.#probes.stop();
    if (!this.#finished && !this.#keeper.isFinished) void this.#keeper.drain(pod, actual);
    this.#finished = true; // what is seen from here on is our own doing
    if (!this.#ender.endAll(pod, actual, Math.min(this.#drainGrace!, 1000 * graceOf(pod))) || this.#busy) return;
    await this.#ender.removeAll(actual);
    this.#drained = true;
  }

  async #terminate(actual: ActualPod): Promise<void> {
    const pod = this.#gone ? undefined : this.#pod;
    this.#probes.quiet();
    if (!this.#ender.endAll(this.#pod, actual, this.#terminationGrace()) || this.#busy) {
      if (pod) void this.#keeper.show(pod, actual, {});
      return;
    }
    if (!this.#removed) await this.#remove(pod, actual);
    if (pod) await this.#deleteObject(pod);
  }

  async #remove(pod: Stored<Pod> | undefined, actual: ActualPod): Promise<void> {
    this.#probes.stop();
    if (pod && !this.#rejection) {
      const shown = this.#keeper.show(pod, actual, { final: true, failure: this.#failure });
      await atMost(this.#context.environment, LONGEST_FINAL_WRITE, shown);
    }
    await this.#ender.removeAll(actual);
    this.#context.objects.track(this.uid, '', []);
    await this.#context.disk.remove(this.uid);
    this.#removed = true;
  }

  async #deleteObject(pod: Stored<Pod>): Promise<void> {
    if (this.#deleteSent || !this.#writable) return;
    try {
      await this.#context.registries.registry(pods).delete(nameOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: this.uid } });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
      this.#gone = true;
    }
    this.#deleteSent = true;
  }

  #terminationGrace(): number {
    const own = this.#pod ? 1000 * Math.max(1, graceOf(this.#pod)) : 1000;
    return Math.min(own, this.#drainGrace ?? Infinity);
  }

  #plan(pod: Stored<Pod>, actual: ActualPod): Plan {
    return planOf({
      pod,
      facts: (name) => factsOf(newest(actual.containers, name), this.#keeper.of(name)),
      busy: (name) => this.#starts.has(name) || this.#ender.isKilling(newest(actual.containers, name)?.id ?? ''),
      ailment: (_container, { id }) => this.#probes.ailment(id)?.message,
      started: (_name, { id }) => this.#probes.started(id),
      crashDelay: (name, finishedAt) => this.#crashes.waiting(crashKey(pod, name), finishedAt, this.#context.environment.now()),
      retryDelay: (name) => this.#problems.retryDelay(name),
    });
  }

  #start(pod: Stored<Pod>, { sandbox }: ActualPod, { starts, volumes, gate }: StartBatch): void {
    const now = this.#context.environment.now();
    for (const { container, facts } of starts) {
      if (facts.state === 'exited') this.#crashes.restarted(crashKey(pod, container.spec.name), facts.finishedAt ?? now, now);
    }
    const { sandboxId, ips } = sandbox!;
    this.#starts.begin(starts, async (start, signal) => {
      await gate;
      try {
        signal.throwIfAborted();
        await this.#starter.start({ ...start, pod, sandboxId, podIPs: ips, volumes }, signal);
        this.#problems.solved(start.container.spec.name);
      } catch (error) {
        if (!signal.aborted) this.#startFailed(start.container.spec.name, error);
      }
    });
  }

  #startFailed(name: string, error: unknown): void {
    const known = error instanceof StartError ? error : new StartError('CreateContainerError', String(error), { cause: error });
    this.#problems.failed(name, known);
    this.#context.logger.info('cannot start a container', { pod: keyOf(this.#pod!), container: name, error });
  }

  #stopStarting(): void {
    this.#starts.stop();
    this.#setup.stop();
  }

  get #busy(): boolean {
    return this.#starts.busy || this.#setup.busy;
  }

  #observe(pod: Stored<Pod>, actual: ActualPod): void {
    const podIP = podIPOf(pod, actual, this.#context.hostIPs);
    const probed = (actual.sandbox?.containers ?? []).flatMap((record) => {
      const container = containerOf(pod, record.name)?.spec;
      if (record.state !== 'running' || !container) return [];
      if (container.lifecycle?.postStart && this.#starts.has(record.name)) return [];
      const startedAt = record.startedAt ?? record.createdAt;
      return [{ container, containerId: record.id, startedAt, podIP, adopted: this.#keeper.adopted(record.id) }];
    });
    this.#probes.observe(pod, probed);
  }

  #agePulls(pod: Stored<Pod>): number | undefined {
    const imageOf = (name: string) => containerOf(pod, name)?.spec.image ?? '';
    const { aged, next } = this.#problems.agePulls(imageOf);
    for (const name of aged) this.#context.events.event(pod, 'Normal', 'BackOff', `Back-off pulling image "${imageOf(name)}"`);
    return next;
  }

  #announce(pod: Stored<Pod>, { waiting }: Plan, actual: ActualPod): void {
    for (const name of waiting.keys()) {
      const { attempt } = newest(actual.containers, name) ?? { attempt: -1 };
      if (this.#announced.get(name) === attempt) continue;
      this.#announced.set(name, attempt);
      this.#context.events.event(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${describePod(pod)}`);
    }
  }

  #sweep(actual: ActualPod): void {
    for (const { id, name } of superfluous(actual)) {
      this.#context.runtime.removeContainer(id).catch((error: unknown) => {
        this.#context.logger.warn('cannot remove a dead container', { pod: this.uid, container: name, error });
      });
    }
  }

  #wakeIn(delays: readonly (number | undefined)[]): void {
    const least = Math.min(...delays.map((delay) => delay ?? Infinity));
    if (least !== Infinity) this.#context.wake(this.uid, least);
  }
}

interface StartBatch {
  readonly starts: readonly Start[];
  readonly volumes: VolumePaths;
  /** Resolves when they may begin. */
  readonly gate: Promise<void> | undefined;
}

function crashKey(pod: Pod, name: string): string {
  const spec = containerOf(pod, name)?.spec;
  return spec ? `${name}/${specHashOf(spec)}` : name;
}
