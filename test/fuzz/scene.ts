import type { Corpus, CorpusObject } from './corpus.js';
import { filledIn } from './corpus.js';
import type { Finding } from './finding.js';
import type { FuzzClient } from './fuzz-client.js';
import { NoAnswer } from './fuzz-client.js';
import type { Answer, Exchange, FuzzRequest } from './http-exchange.js';
import { describe, jsonIn } from './http-exchange.js';
import type { Random } from './random.js';
import type { Encoded } from './values/bodies.js';
import { damaged, encoded } from './values/bodies.js';
import { withFewReplicas } from './values/few-replicas.js';
import { isMap } from './values/json-text.js';

/** Bytes of a path with which a head may be longer than the server takes. */
const LONG_PATH = 32 * 1024;

/** A short play: some requests that belong together, and what must be true of the answers. */
export interface Scenario {
  readonly name: string;
  /** One of 2 is played twice as often as one of 1. */
  readonly weight: number;
  run(scene: Scene): Promise<void>;
}

/** What {@link Scene} takes. */
export interface SceneOptions {
  readonly index: number;
  readonly random: Random;
  readonly corpus: Corpus;
  readonly client: FuzzClient;
  readonly namespace: string;
  readonly report: (finding: Finding) => void;
  /** Called with each exchange that has its answer, or none. */
  readonly answered: (exchange: Exchange) => void;
  /** Whether the plane is gone: then nothing is expected of it. */
  readonly isGone: () => Promise<boolean>;
}

/** How {@link Scene.send} takes a body and headers. */
export interface SendOptions {
  readonly body?: Encoded | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** See {@link FuzzRequest.listen}. */
  readonly listen?: number | undefined;
}

/** Answers 500 that a Kubernetes API server gives too: the recorded cases have them, or its code says so. */
const AS_KUBERNETES = [
  /^resourceVersion should not be set on objects to be created/,
  /^failed to create typed patch object/,
  /needs a webhook, and webhooks are not called/,
  /accessor error: .* is no integer$/,
  /spec replicas field ".*" does not exist/,
  /pod has more than one PodDisruptionBudget/,
  /range is full/,
];

/** What a scenario plays with: choices that its number alone decides, a client, and names of its own. */
export class Scene {
  readonly index: number;
  readonly random: Random;
  readonly corpus: Corpus;
  readonly namespace: string;
  /** A name that no other scene uses. */
  readonly word: string;
  readonly #options: SceneOptions;
  readonly #requests: Exchange[] = [];

  constructor(options: SceneOptions) {
    const { index, random, corpus, namespace } = options;
    this.index = index;
    this.random = random;
    this.corpus = corpus;
    this.namespace = namespace;
    this.word = `s${index}${random.word(4)}`;
    this.#options = options;
  }

  /** The answer; an answer 500 or a missing one is a finding. Undefined: there was none. */
  async send(method: string, path: string, { body, headers = {}, listen }: SendOptions = {}): Promise<Answer | undefined> {
    const type = body && body.type !== '' ? { 'content-type': body.type } : {};
    return this.#exchange({ method, path, headers: { ...type, ...headers }, body: body?.bytes, listen });
  }

  /** Of an administrator. */
  get token(): string {
    return this.#options.client.token;
  }

  /** Whatever bytes there are on a connection of its own. */
  sendRaw(raw: Buffer, protocol?: 'h2'): Promise<Answer | undefined> {
    return this.#exchange({ method: 'RAW', path: '', headers: {}, raw, protocol });
  }

  /** The value as a body, with few replicas, seldom damaged. */
  body(value: unknown, damage = 0): Encoded {
    const whole = encoded(this.random, withFewReplicas(value));
    return this.random.chance(damage) ? damaged(this.random, whole) : whole;
  }

  /** A recorded object with its variables filled in. */
  recorded(object: CorpusObject): Record<string, unknown> {
    return filledIn<Record<string, unknown>>(object.body, this.namespace, this.word);
  }

  /** Something is not as it must be. `what` is the same for the same fault. */
  fail(what: string, details = ''): void {
    this.#options.report({ what, details, exchanges: this.#requests.slice(-30) });
  }

  async #exchange(request: FuzzRequest): Promise<Answer | undefined> {
    const exchange: Exchange = { scene: this.index, request, sent: 0, done: 0, code: undefined };
    this.#requests.push(exchange);
    const answer = await this.#answer(exchange);
    exchange.code = answer?.code;
    this.#options.answered(exchange);
    if (answer) this.#judge(exchange, answer);
    return answer;
  }

  async #answer(exchange: Exchange): Promise<Answer | undefined> {
    try {
      return await this.#options.client.send(this.index, exchange.request);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // Of a head that is too long the rest is not read: what the server says of it may be lost with the connection.
      const mayBeLost = exchange.request.path.length > LONG_PATH;
      if (!mayBeLost && !(await this.#options.isGone())) this.fail(`no answer: ${error.message}`, describe(exchange));
      return undefined;
    }
  }

  #judge({ request, code }: Exchange, answer: Answer): void {
    if (code === 500 && !AS_KUBERNETES.some((known) => known.test(messageIn(answer))))
      this.fail(`answer 500 to ${request.method}: ${messageIn(answer)}`, answer.body.toString('utf8', 0, 1000));
    if (code === undefined || code < 400 || request.raw || request.method === 'HEAD') return;
    const type = String(answer.headers['content-type']);
    if (type.startsWith('application/json') && !isMap(jsonIn(answer)))
      this.fail(`an answer ${code} of type JSON is none`, answer.body.toString('utf8', 0, 1000));
  }
}

function messageIn(answer: Answer): string {
  const status = jsonIn(answer);
  return isMap(status) ? String(status['message']).slice(0, 150) : '';
}
