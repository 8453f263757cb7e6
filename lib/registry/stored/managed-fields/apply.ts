import type { KubeObject, ObjectName } from '../../../api/object.js';
import type { ResourceDefinition } from '../../../api/resource-definition.js';
import { badRequest, StatusError } from '../../../api/status-error.js';
import { configurationFaults } from './check-configuration.js';
import { conflictError } from './conflicts.js';
import { conflictsWithOthers, withLastApplied } from './last-applied.js';
import type { Owner } from './owners.js';
import type { OwnedWrite } from './ownership.js';
import { applyConfiguration, ownersAfterCreate } from './ownership.js';

type Json = Readonly<Record<string, unknown>>;

/** A configuration that is to be applied, and the object that it is applied to. */
export interface ApplyRequest {
  readonly write: OwnedWrite;
  /** The object without its entries; that of a kind in which nothing is written yet where there is none. */
  readonly live: Json;
  /** What nothing is written in: what the object had before the first apply is told from it. */
  readonly empty: Json;
  readonly configuration: Json;
  readonly owners: readonly Owner[];
  /** Whether to take what others own. */
  readonly force: boolean;
  /** Called between steps that take long where the object is large. */
  readonly breathe: () => Promise<void>;
}

/** The object as the configuration makes it, and its owners. Throws 409 for fields of others. */
export async function apply(request: ApplyRequest): Promise<{ object: Json; owners: readonly Owner[] }> {
  const { write, live, empty, configuration, owners } = request;
  const known = owners.length > 0 ? owners : ownersAfterCreate({ ...write, manager: BEFORE }, empty, live);
  const applied = await applyConfiguration({ ...request, owners: known });
  const conflicts = conflictsWithOthers(write, live, applied.conflicts);
  if (conflicts.length > 0) throw conflictError(conflicts);
  return { object: withLastApplied(write, applied.object ?? live, configuration), owners: applied.owners };
}

/** Who has written what was there before anybody applied, as long as nobody kept count. */
const BEFORE = 'before-first-apply';

/** What a type that can be applied is called. */
type Applicable = Pick<ResourceDefinition<KubeObject>, 'group' | 'version' | 'kind'>;

/**
 * Refuses a configuration that cannot be applied to a kind, whatever is stored: 400 for one of another kind or with owners of its
 * own, 500 as Kubernetes has it for one that does not fit the schema, whatever `fieldValidation` says.
 */
export function checkConfiguration(definition: Applicable, write: OwnedWrite, name: ObjectName, configuration: Json): void {
  const { apiVersion, kind, metadata } = configuration as KubeObject;
  if (apiVersion !== write.apiVersion || kind !== definition.kind) throw badRequest(`invalid object type: ${typeText(configuration)}`);
  if (metadata && typeof metadata === 'object' && (metadata.managedFields ?? undefined) !== undefined)
    throw badRequest('metadata.managedFields must be nil');
  const faults = configurationFaults(write.type.map, configuration);
  if (faults.length === 0) return;
  const where = `${metadata?.namespace ?? name.namespace ?? ''}/${metadata?.name ?? ''}; ${typeText(configuration)}`;
  const why = faults.length === 1 ? faults[0] : ['errors:', ...faults.map((fault) => `  ${fault}`)].join('\n');
  throw new StatusError('InternalError', `failed to create typed patch object (${where}): ${why}`);
}

/** A type as Go prints it: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
function typeText(object: Json): string {
  const { apiVersion, kind } = object;
  const version = typeof apiVersion === 'string' ? apiVersion : '';
  return `${version.includes('/') ? version : `/${version}`}, Kind=${typeof kind === 'string' ? kind : ''}`;
}
