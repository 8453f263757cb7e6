import { badRequest } from '../status-error.js';
import { MAX_DEPTH } from './depth.js';
import { countMembers } from './json-members.js';
import { scanJson } from './json-scan.js';
import { StrictJsonParser } from './strict-json.js';
import { MAX_BODY_VALUES, tooManyValues } from './value-count.js';
import { hasSurrogateEscapes, wellFormed } from './well-formed.js';

/** A parsed body. */
export interface ParsedBody {
  /** Plain data, with integers as `numberOf` gives them; with `exactNumbers` some numbers are {@link NumberText}. */
  readonly value: unknown;
  /** Paths of fields that stand twice in a map; the last one wins. */
  readonly duplicateFields: readonly string[];
  /** How many values there are in it, or a few more. */
  readonly values: number;
}

/** What {@link parseJson} and `parseYaml` take besides the text. */
export interface ParseOptions {
  /**
   * Numbers that are not written as JavaScript writes them come as {@link NumberText}, so that `decode` can refuse `2.0` for an
   * integer and keep `1e3` as a quantity. Default false: they are what they are the nearest to.
   */
  readonly exactNumbers?: boolean | undefined;
  /** How deep lists and maps may be nested in JSON; more than the default is for who looks at the depth of what it keeps. Default {@link MAX_DEPTH}. */
  readonly maxDepth?: number | undefined;
}

/**
 * Parses a JSON body. Throws 400 for what is no JSON, is nested deeper than allowed, or has a member `__proto__`, and 413 for
 * more values than {@link MAX_BODY_VALUES}.
 *
 * One quick pass over the bytes finds what is out of the ordinary; the rest is done by the engine's own parser.
 */
export function parseJson(body: Uint8Array | string, options: ParseOptions = {}): ParsedBody {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const scan = scanJson(bytes);
  const { maxDepth = MAX_DEPTH } = options;
  if (scan.depth > maxDepth) throw badRequest(`the body is nested deeper than ${maxDepth} levels`);
  if (scan.values > MAX_BODY_VALUES) throw tooManyValues(MAX_BODY_VALUES);
  const text = bytes.toString('utf8');
  const value = parseText(text);
  const { members, forbidden } = countMembers(value);
  if (forbidden) throw badRequest('the field name "__proto__" is not supported');
  const plain = members === scan.members && !scan.longNumbers && !(options.exactNumbers && scan.oddNumbers);
  const strict = plain ? undefined : new StrictJsonParser(text, options.exactNumbers ?? false);
  const parsed = strict ? strict.parse() : value;
  return { value: hasSurrogateEscapes(text) ? wellFormed(parsed) : parsed, duplicateFields: strict?.duplicates ?? [], values: scan.values };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, undefined) as unknown;
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : 'not JSON'}`);
  }
}
