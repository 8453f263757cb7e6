import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import { Breather } from '../../base/breather.js';
import { invalidObject } from '../../api/field-error.js';
import { timestamp } from '../../api/meta/time.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import type { RuleContext } from '../../api/resource-definition.js';
import { applyDefaults } from '../../api/schema/defaulting.js';
import { faultsOf } from '../../api/validation/faults.js';
import type { WriteOptions } from '../registry.js';
import type { AdmissionRequest } from './admission/admission-plugin.js';
import { deepEqual } from './deep-equal.js';
import type { Draft, DraftMeta } from './draft.js';
import { copyJson, metaOf } from './draft.js';
import { generatedName } from './generated-name.js';
import type { KindContext } from './kind-context.js';
import type { Ownership } from './managed-fields/ownership-of-write.js';
import { updaterOwnership } from './managed-fields/ownership-of-write.js';

/** What a write changes, and as whose. */
export interface WriteScope<T extends KubeObject> {
  /** The part of the object; undefined: the object itself. */
  readonly subresource?: string | undefined;
  /** Who owns what afterwards. Default: the writer gets what it changes. */
  readonly ownership?: Ownership<T> | undefined;
}

/**
 * Makes a draft fit to be stored, in the order that `ResourceRules` gives: metadata that only the server sets, defaults of the
 * schema and of the kind, the kind's preparation, admission, validation. Throws what refuses it. Others get their turn between
 * steps that take long, because the object is large.
 */
export class WriteRules<T extends KubeObject> {
  readonly #kind: KindContext<T>;
  readonly #breather: Breather;

  constructor(kind: KindContext<T>) {
    this.#kind = kind;
    this.#breather = new Breather(kind.environment);
  }

  async forCreate(draft: Draft<T>, options: WriteOptions, { ownership }: WriteScope<T> = {}): Promise<void> {
    const { definition, strategy } = this.#kind;
    this.#stampCreated(draft);
    this.#default(draft);
    await this.#breather.breathe();
    this.#own(draft, undefined, ownership ?? updaterOwnership(this.#kind, options));
    await this.#breather.breathe();
    const context = this.#context();
    strategy.prepare?.(draft, undefined, context);
    definition.rules.prepareCreate?.(draft, context);
    await this.#admitAndValidate({ operation: 'CREATE', draft, options });
  }

  /** A write of the object itself, or of a part of it. */
  async forUpdate(draft: Draft<T>, old: Stored<T>, options: WriteOptions, { subresource, ownership }: WriteScope<T> = {}): Promise<void> {
    const { definition, strategy } = this.#kind;
    this.#default(draft);
    await this.#breather.breathe();
    // What the server makes of the draft from here on is nobody's.
    this.#own(draft, old, ownership ?? updaterOwnership(this.#kind, options, subresource));
    await this.#breather.breathe();
    keepSystemMetadata(metaOf(draft), old.metadata);
    if (subresource === 'status') this.#keepMetadata(draft, old);
    const context = this.#context(subresource);
    strategy.prepare?.(draft, old, context);
    definition.rules.prepareUpdate?.(draft, old, context);
    await this.#admitAndValidate({ operation: 'UPDATE', draft, old, options, subresource });
    await this.#breather.breathe();
    // A kind that counts by rules of its own has done so by now.
    if (definition.generation && draft.metadata.generation === old.metadata.generation && this.#changesSpec(draft, old)) {
      metaOf(draft).generation = (old.metadata.generation ?? 0) + 1;
    }
  }

  #stampCreated(draft: Draft<T>): void {
    const { definition, environment } = this.#kind;
    const metadata = metaOf(draft);
    if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName, environment);
    if (definition.namespaced) metadata.namespace ||= 'default';
    metadata.uid = environment.uuid();
    metadata.creationTimestamp = timestamp(environment.now());
    if (definition.generation) metadata.generation = 1;
    delete metadata.resourceVersion;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
  }

  #default(draft: Draft<T>): void {
    const { definition } = this.#kind;
    applyDefaults(definition, draft);
    definition.rules.default?.(draft);
  }

  #own(draft: Draft<T>, old: Stored<T> | undefined, ownership: Ownership<T>): void {
    assign(metaOf(draft), { managedFields: ownership(draft, old) });
  }

  /** Who reports a status changes neither who owns an object nor who must agree to its end; of a custom kind, no metadata at all. */
  #keepMetadata(draft: Draft<T>, { metadata }: Stored<T>): void {
    const { managedFields } = draft.metadata;
    if (this.#kind.definition.custom) draft.metadata = copyJson(metadata);
    else assign(metaOf(draft), { finalizers: copyJson(metadata.finalizers), ownerReferences: copyJson(metadata.ownerReferences) });
    assign(metaOf(draft), { managedFields });
  }

  #changesSpec(draft: Draft<T>, old: Stored<T>): boolean {
    const { custom, subresources } = this.#kind.definition;
    const statusCounts = custom && subresources['status'] === undefined;
    return !deepEqual(specOf(draft, statusCounts), specOf(old, statusCounts));
  }

  #context(subresource?: string): RuleContext {
    const { environment } = this.#kind;
    return { now: environment.now(), random: () => environment.random(), subresource };
  }

  async #admitAndValidate({ operation, draft, old, options, subresource }: Attempt<T>): Promise<void> {
    const { definition, admission } = this.#kind;
    const { rules } = definition;
    const name = nameOf(draft);
    const { user, dryRun = false } = options;
    const request = { operation, definition, subresource, name, draft, old, user, dryRun } as unknown as AdmissionRequest; // plugins see any kind
    await admission.admit(request);
    await this.#breather.breathe();
    const errors = [...faultsOf(() => rules.validate?.(draft))];
    await this.#breather.breathe();
    errors.push(...faultsOf(() => (old ? rules.validateUpdate?.(draft, old, this.#context(subresource)) : rules.validateCreate?.(draft))));
    errors.push(...(await admission.validate(request)));
    if (errors.length > 0)
      throw invalidObject({ group: definition.faultGroup ?? definition.group, kind: definition.kind }, name.name, errors);
    if (options.onWarning) for (const text of rules.warnings?.(draft) ?? []) options.onWarning(text);
  }
}

interface Attempt<T extends KubeObject> {
  readonly operation: 'CREATE' | 'UPDATE';
  readonly draft: Draft<T>;
  readonly old?: Stored<T>;
  readonly options: WriteOptions;
  readonly subresource?: string | undefined;
}

/** Clients cannot change these; a PUT may leave them out. */
function keepSystemMetadata(metadata: DraftMeta, old: ObjectMeta): void {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = old;
  assign(metadata, { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation });
}

/** Sets what has a value and removes the rest. */
function assign(metadata: DraftMeta, values: { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined }): void {
  Object.assign(metadata, values);
  for (const key of Object.keys(values) as (keyof ObjectMeta)[]) if (metadata[key] === undefined) delete metadata[key];
}

function specOf(object: KubeObject, withStatus: boolean): object {
  const { apiVersion: _, kind: __, metadata: ___, status, ...spec } = object as KubeObject & { status?: unknown };
  return withStatus ? { ...spec, status } : spec;
}
