import { Breather } from '../../../base/breather.js';
import type { Scale } from 'kubernetes-types/autoscaling/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { jsonText } from '../../../api/exact-json.js';
import { invalid, invalidObject } from '../../../api/field-error.js';
import { labelSelectorOf, selectorFromMap } from '../../../api/meta/label-selector.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import { nameText } from '../../../api/object.js';
import type { SubresourceDefinition } from '../../../api/resource-definition.js';
import { builtInSchema } from '../../../api/schema/built-in-schema.js';
import { decodeType } from '../../../api/schema/decode.js';
import { badRequest, notFound, StatusError } from '../../../api/status-error.js';
import type { Patch, WriteOptions } from '../../registry.js';
import { changeObject } from '../change.js';
import type { Draft } from '../draft.js';
import { copyJson, metaOf } from '../draft.js';
import type { KindContext } from '../kind-context.js';
import type { Owner } from '../managed-fields/owners.js';
import { entriesOf, ownersOf } from '../managed-fields/owners.js';
import { ownedWrite } from '../managed-fields/ownership-of-write.js';
import { fieldElement } from '../managed-fields/path-element.js';
import type { OwnedScale } from '../managed-fields/scale-ownership.js';
import { applyToScale, scaleOwnersAfterUpdate } from '../managed-fields/scale-ownership.js';
import { applyPatch } from '../patch/apply-patch.js';
import { invalidPatch } from '../patch/patched.js';
import { replacement } from '../update.js';
import type { WriteScope } from '../write-rules.js';
import { setAt, valueAt } from './json-path.js';
import { named } from './named.js';
import type { SubresourceVerbs } from './subresource.js';

const SCALE_SCHEMA = builtInSchema('autoscaling/v1.Scale');
const SCALE = { group: 'autoscaling', kind: 'Scale', plural: 'scale' };

/** The replica counts of an object, in the one form that all kinds which have them share. */
export class ScaleSubresource<T extends KubeObject> implements SubresourceVerbs<Scale> {
  readonly #kind: KindContext<T>;
  readonly #definition: SubresourceDefinition;

  constructor(kind: KindContext<T>, definition: SubresourceDefinition) {
    this.#kind = kind;
    this.#definition = definition;
  }

  async get(name: ObjectName): Promise<Scale> {
    const found = await this.#kind.store.find(name);
    const { definition } = this.#kind;
    if (!found) throw notFound(definition, name.name);
    const path = this.#replicasPath;
    if (definition.custom && valueAt(found.object, path) === undefined)
      throw new StatusError('InternalError', `Internal error occurred: the spec replicas field "${path}" does not exist`);
    return this.#scaleOf(found.object);
  }

  update(name: ObjectName, scale: Scale, options: WriteOptions): Promise<Scale> {
    const wanted = named(scale, name);
    return this.#change(name, () => wanted, options);
  }

  modify(name: ObjectName, change: (current: Scale) => Scale, options: WriteOptions): Promise<Scale> {
    return this.#change(name, change, options, true);
  }

  patch(name: ObjectName, patch: Patch, options: WriteOptions): Promise<Scale> {
    if (patch.type === 'apply') return this.#apply(name, patch, options);
    const breather = new Breather(this.#kind.environment);
    const change = async (current: Scale) => named(scaleIn(await applyPatch(undefined, current, patch, () => breather.breathe())), name);
    return this.#change(name, change, options);
  }

  async #change(
    name: ObjectName,
    change: (current: Scale) => Scale | Promise<Scale>,
    options: WriteOptions,
    always = false,
  ): Promise<Scale> {
    const next = async (current: Stored<T>) => {
      const before = this.#scaleOf(current);
      const scale = await change(before);
      if (scale === before) return { draft: undefined, repeatable: true };
      const version = scale.metadata?.resourceVersion;
      const draft = this.#scaled(current, scale);
      const owners = scaleOwnersAfterUpdate(this.#owned(current, options), before, { spec: specOf(scale.spec?.replicas) });
      const made = await replacement(this.#kind, current, draft, options, this.#scope(owners));
      return { draft: made.draft, repeatable: always || !version || version === current.metadata.resourceVersion };
    };
    return this.#scaleOf(await changeObject(this.#kind, name, next, options));
  }

  async #apply(name: ObjectName, { patch, force = false }: Extract<Patch, { type: 'apply' }>, options: WriteOptions): Promise<Scale> {
    const next = async (current: Stored<T>) => {
      const { scale, owners } = await applyToScale(this.#owned(current, options), this.#scaleOf(current), { patch, name, force });
      const made = await replacement(this.#kind, current, this.#scaled(current, named(scale, name)), options, this.#scope(owners));
      return { draft: made.draft, repeatable: !(patch as KubeObject).metadata?.resourceVersion };
    };
    return this.#scaleOf(await changeObject(this.#kind, name, next, options));
  }

  #owned(current: Stored<T>, options: WriteOptions): OwnedScale {
    const { apiVersion } = this.#kind.definition;
    const path = this.#replicasPath.split('.').filter((step) => step !== '');
    return {
      write: ownedWrite(this.#kind, options, 'scale'),
      owners: ownersOf(current.metadata.managedFields),
      replicas: { apiVersion, path: path.map(fieldElement) },
    };
  }

  #scope(owners: readonly Owner[]): WriteScope<T> {
    const entries = entriesOf(owners);
    return { subresource: 'scale', ownership: () => entries };
  }

  get #replicasPath(): string {
    return this.#definition.specReplicasPath ?? '.spec.replicas';
  }

  #scaled(current: Stored<T>, scale: Scale): Draft<T> {
    const { apiVersion = 'autoscaling/v1', kind = SCALE.kind, metadata } = scale;
    if (kind !== SCALE.kind || apiVersion !== 'autoscaling/v1')
      throw badRequest(`${nameText(kind)} in version ${jsonText(apiVersion)} cannot be handled as a Scale`);
    const replicas = scale.spec?.replicas ?? 0;
    if (!Number.isInteger(replicas) || replicas < 0) {
      const { definition } = this.#kind;
      // A custom kind answers for itself, and names the field as its definition has it.
      const [where, field] = definition.custom ? [definition, this.#replicasPath] : [SCALE, 'spec.replicas'];
      throw invalidObject(where, current.metadata.name, [invalid(field, replicas, 'must be greater than or equal to 0')]);
    }
    const draft = copyJson(current) as unknown as Draft<T>;
    if (metadata?.uid) metaOf(draft).uid = metadata.uid;
    metaOf(draft).resourceVersion = metadata?.resourceVersion || current.metadata.resourceVersion;
    setAt(draft, this.#replicasPath, replicas);
    return draft;
  }

  #scaleOf(object: Stored<T>): Scale {
    const { specReplicasPath, statusReplicasPath, labelSelectorPath } = this.#definition;
    const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
    const replicas = countAt(object, specReplicasPath);
    const selector = selectorText(valueAt(object, labelSelectorPath));
    return {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
      spec: specOf(replicas),
      status: { replicas: countAt(object, statusReplicasPath) ?? 0, ...(selector ? { selector } : {}) },
    };
  }
}

/** No replicas are written as none. */
const specOf = (replicas: number | undefined) => (replicas ? { replicas } : {});

/** The Scale that a patch has made. Throws 422 when it is none. */
function scaleIn(document: object): Scale {
  try {
    return decodeType(SCALE_SCHEMA, document) as Scale;
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) throw invalidPatch(document, error.message);
    throw error;
  }
}

/** A count of replicas. As in Kubernetes it has 32 bits, the lower ones of what a custom resource says. Throws 500 for what is no integer. */
function countAt(object: unknown, path: string | undefined): number | undefined {
  const value = valueAt(object, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value));
  if (Number.isSafeInteger(value)) return Number(value) | 0;
  throw new StatusError('InternalError', `Internal error occurred: ${path} accessor error: ${jsonText(value)} is no integer`);
}

/** A selector as a text, a map of labels, or a LabelSelector. */
function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (selector === null || typeof selector !== 'object') return '';
  if ('matchLabels' in selector || 'matchExpressions' in selector) return labelSelectorOf(selector as LabelSelector).toString();
  return selectorFromMap(selector as Record<string, string>).toString();
}
