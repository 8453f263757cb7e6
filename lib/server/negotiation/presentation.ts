import type { ResourceDefinition } from '../../api/resource-definition.js';
import { badRequest } from '../../api/status-error.js';
import type { ApiRequest } from '../api-request.js';
import type { Offer, Representation } from './accept.js';
import { negotiate, notAcceptable } from './accept.js';

/** How objects of one kind are to be shown in one answer. */
export interface Presentation {
  readonly definition: ResourceDefinition;
  readonly as: Representation['as'];
  /** What a table row holds besides its cells. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  readonly now: number;
}

/** What the answer holds; it decides which views of it make sense. */
export type Shape = 'object' | 'list' | 'watch';

const VIEWS = {
  object: ['Table', 'PartialObjectMetadata'],
  list: ['Table', 'PartialObjectMetadataList'],
  watch: ['Table', 'PartialObjectMetadata'],
} as const satisfies Record<Shape, Offer['as']>;

/** How the client wants objects of a kind shown. Throws 406, and 400 for a wrong `includeObject`. */
export function presentation(request: ApiRequest, definition: ResourceDefinition, shape: Shape, now: number): Presentation {
  const offer: Offer = { protobuf: !definition.custom, yaml: true, as: VIEWS[shape] };
  const { as, format } = negotiate(request.headers.accept, offer);
  if (shape === 'watch' && format === 'yaml') throw notAcceptable({ ...offer, yaml: false });
  return { definition, as, includeObject: as === 'Table' ? includeObject(request) : 'Metadata', now };
}

function includeObject({ query }: ApiRequest): Presentation['includeObject'] {
  const value = query.text('includeObject') ?? '';
  if (value === '' || value === 'Metadata') return 'Metadata';
  if (value === 'None' || value === 'Object') return value;
  throw badRequest(`Unable to convert to Table as requested: unrecognized includeObject value: ${JSON.stringify(value)}`);
}
