import { StatusError } from '../../api/status-error.js';

/** One media range of an `Accept` header, such as `application/json;as=Table;v=v1;g=meta.k8s.io`. */
export interface MediaRange {
  /** Lower case, such as `application/json` or `*` + `/*`. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const ANYTHING: readonly MediaRange[] = [{ type: '*/*', parameters: {} }];
/** Clients have few of them, and send them with every request. Longer ones are not kept. */
const parsed = new Map<string, readonly MediaRange[]>();
const MOST_KEPT = 100;
const LONGEST_KEPT = 500;

/** The ranges of an `Accept` header, the preferred ones first. No header: anything. */
export function mediaRanges(accept: string | undefined): readonly MediaRange[] {
  if (accept === undefined) return ANYTHING;
  let ranges = parsed.get(accept);
  if (!ranges) {
    ranges = accept.trim() === '' ? ANYTHING : parseRanges(accept);
    if (parsed.size < MOST_KEPT && accept.length <= LONGEST_KEPT) parsed.set(accept, ranges);
  }
  return ranges;
}

function parseRanges(accept: string): readonly MediaRange[] {
  const ranges = accept.split(',').map(parseRange);
  return ranges
    .map((range, index) => ({ range, index, quality: Number(range.parameters['q'] ?? 1) }))
    .filter(({ quality }) => quality > 0)
    .sort((left, right) => right.quality - left.quality || left.index - right.index)
    .map(({ range }) => range);
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  return {
    type: type.toLowerCase(),
    parameters: Object.fromEntries(
      parameters.map((parameter) => {
        const [name = '', value = ''] = parameter.split('=', 2);
        return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
      }),
    ),
  };
}

/** In which form an object is wanted. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  /** Default: the object itself. */
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined;
  /** `;pretty=1` of the range that won. */
  readonly pretty: boolean;
}

/** What can be asked for of an answer. */
export interface Offer {
  /** Whether protobuf may be asked for; it is then answered in JSON, which every client takes. */
  readonly protobuf: boolean;
  readonly yaml: boolean;
  readonly as: readonly NonNullable<Representation['as']>[];
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The first range that can be served. Throws 406 when none can. */
export function negotiate(accept: string | undefined, offer: Offer): Representation {
  for (const range of mediaRanges(accept)) {
    const found = representation(range, offer);
    if (found) return found;
  }
  throw notAcceptable(offer);
}

function representation({ type, parameters }: MediaRange, offer: Offer): Representation | undefined {
  const format = formatOf(type, offer);
  if (!format) return undefined;
  const pretty = parameters['pretty'] === '1' || parameters['pretty'] === 'true';
  const as = parameters['as'];
  if (as === undefined) return { format, pretty };
  const known = offer.as.find((one) => one === as);
  if (!known || parameters['g'] !== 'meta.k8s.io' || type === PROTOBUF) return undefined;
  return parameters['v'] === 'v1' || parameters['v'] === 'v1beta1' ? { format, as: known, pretty } : undefined;
}

function formatOf(type: string, offer: Offer): Representation['format'] | undefined {
  if (type === 'application/json' || type === '*/*') return 'json';
  if (type === 'application/yaml') return offer.yaml ? 'yaml' : undefined;
  return type === PROTOBUF && offer.protobuf ? 'json' : undefined;
}

/** The range that decides in which form an answer goes out, whatever it is about; `undefined`: any will do. */
export function formRange(accept: string | undefined): MediaRange | undefined {
  return mediaRanges(accept).find(({ type, parameters }) => KNOWN.has(type) && VIEWS.has(parameters['as'] ?? ''));
}

const KNOWN = new Set(['*/*', 'application/json', 'application/yaml', PROTOBUF]);
const VIEWS = new Set(['', 'Table', 'PartialObjectMetadata', 'PartialObjectMetadataList', 'APIGroupDiscoveryList']);

/** A 406 that names what is served. */
export function notAcceptable({ protobuf, yaml }: Offer): StatusError {
  const types = ['application/json', ...(yaml ? ['application/yaml'] : []), ...(protobuf ? [PROTOBUF] : [])];
  return new StatusError('NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`, { details: {} });
}
