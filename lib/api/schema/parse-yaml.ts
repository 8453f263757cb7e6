import type { CST, Document, Tags } from 'yaml';
import { Composer, isCollection, isMap, isPair, isScalar, Lexer, Parser } from 'yaml';
import { badRequest, StatusError } from '../status-error.js';
import { countMembers } from './json-members.js';
import type { ParsedBody } from './parse-json.js';
import { MAX_DEPTH } from './parse-json.js';
import { MAX_BODY_VALUES, tooManyValues } from './value-count.js';

/** Resolved by YAML 1.1 and not by the Go library that Kubernetes uses: base-60 numbers, times, sets and the like. */
const FOREIGN_TAGS = new Set(['timestamp', 'set', 'omap', 'pairs', 'binary'].map((name) => `tag:yaml.org,2002:${name}`));

const customTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(FOREIGN_TAGS.has(tag.tag) || ('format' in tag && tag.format === 'TIME')));

/** Duplicate keys are looked for here: the package compares each key with all others. */
const OPTIONS = { version: '1.1', customTags, strict: false, uniqueKeys: false, logLevel: 'silent' } as const;
/** Lexemes between two steps. */
const STEP = 2000;
const MAX_DUPLICATES = 100;

/**
 * Parses one YAML document, with the meaning kubectl and the API server give it. Throws 400 for what is no YAML, several
 * documents, aliases that blow up, a nesting deeper than {@link MAX_DEPTH}, or a key `__proto__`, and 413 for too many values.
 */
export function parseYaml(body: Uint8Array | string): ParsedBody {
  const steps = parsing(body);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** {@link parseYaml} for whoever has others waiting: `breathe` is called between the steps. */
export async function parseYamlInSteps(body: Uint8Array | string, breathe: () => Promise<void>): Promise<ParsedBody> {
  const steps = parsing(body);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await breathe();
  }
}

function* parsing(body: Uint8Array | string): Generator<undefined, ParsedBody> {
  const text = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  try {
    const document = compose(yield* tokens(text));
    yield;
    const duplicateFields = duplicatesIn(document);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    yield;
    if (depthOver(value, MAX_DEPTH)) throw badRequest(`the body is nested deeper than ${MAX_DEPTH} levels`);
    const { members, forbidden } = countMembers(value);
    if (forbidden) throw badRequest('the field name "__proto__" is not supported');
    return { value, duplicateFields, values: members };
  } catch (error) {
    if (StatusError.is(error)) throw error;
    throw badRequest(`error converting YAML to JSON: yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not YAML'}`);
  }
}

/** What begins the lexemes of keys, values and items; a plain scalar comes after a mark of its own. */
const VALUE_MARKS = new Set(['\u001f', '"', "'", '|', '>', '*', '-', '{', '[']);

/** The whole text, cut up. Throws 413 before there are more values than a body may have. */
function* tokens(text: string): Generator<undefined, readonly CST.Token[]> {
  const parser = new Parser();
  const found: CST.Token[] = [];
  let count = 0;
  let values = 0;
  for (const lexeme of new Lexer().lex(text)) {
    found.push(...parser.next(lexeme));
    if (VALUE_MARKS.has(lexeme[0] ?? '') && (values += 1) > MAX_BODY_VALUES) throw tooManyValues(MAX_BODY_VALUES);
    if ((count += 1) % STEP === 0) yield;
  }
  found.push(...parser.end());
  return found;
}

/** The first document. Throws its first error. */
function compose(found: readonly CST.Token[]): Document {
  const [document] = new Composer(OPTIONS).compose(found, true);
  const [error] = document!.errors; // of no document, Composer makes an empty one
  if (error) throw error;
  return document as Document;
}

/** The keys that stand twice in their map, the first hundred. */
function duplicatesIn({ contents }: Document): string[] {
  const duplicates: string[] = [];
  const open: unknown[] = [contents];
  for (let node = open.pop(); node !== undefined && duplicates.length < MAX_DUPLICATES; node = open.pop()) {
    if (isPair(node)) open.push(node.value ?? null, node.key);
    if (!isCollection(node)) continue;
    if (isMap(node)) duplicates.push(...repeated(node.items.map(({ key }) => (isScalar(key) ? key.value : key))));
    for (let at = node.items.length - 1; at >= 0; at -= 1) open.push(node.items[at]);
  }
  return duplicates.slice(0, MAX_DUPLICATES);
}

function repeated(keys: readonly unknown[]): string[] {
  const seen = new Set<unknown>();
  return keys.filter((key) => key !== '<<' && (seen.has(key) || !seen.add(key))).map(String);
}

function depthOver(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => depthOver(member, levels - 1));
}
