import type { Environment } from '../../../base/environment.js';
import type { FieldError } from '../../../api/field-error.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import type { ResourceDefinition } from '../../../api/resource-definition.js';
import type { UserInfo } from '../../registry.js';

/** A write that asks to be let in. */
export interface AdmissionRequest<T extends KubeObject = KubeObject> {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: ResourceDefinition<T>;
  /** `status`, `scale`, …; absent: the object itself. */
  readonly subresource?: string | undefined;
  readonly name: ObjectName;
  /** What would be stored, defaults filled in; absent on a delete. `admit` may edit it in place, `validate` must not. */
  readonly draft?: T | undefined;
  /** What is stored; absent on a create. */
  readonly old?: Stored<T> | undefined;
  /** Absent: the control plane itself. */
  readonly user?: UserInfo | undefined;
  /** Leave no trace outside of the draft. */
  readonly dryRun: boolean;
}

/** What a plugin may ask of its cluster. */
export interface AdmissionContext {
  readonly environment: Environment;
  /** An object as it is stored now. */
  lookup<K extends KubeObject>(definition: ResourceDefinition<K>, name: ObjectName): Promise<Stored<K> | undefined>;
  /** The kind of this name, where the cluster serves it. */
  kind(apiVersion: string, kind: string): ResourceDefinition | undefined;
}

/**
 * Decides about writes, and may change them on the way in.
 *
 * Plugins run one after the other in the order given: `admit` of all before the rules of the kind validate the object,
 * `validate` of all after it. Both refuse by throwing a StatusError. They may run more than once for a write that meets a
 * conflict.
 */
export interface AdmissionPlugin {
  /** As in `--enable-admission-plugins`, such as `NamespaceLifecycle`. */
  readonly name: string;
  admit?(request: AdmissionRequest, context: AdmissionContext): Promise<void> | void;
  validate?(request: AdmissionRequest, context: AdmissionContext): Promise<readonly FieldError[] | void> | readonly FieldError[] | void;
}
