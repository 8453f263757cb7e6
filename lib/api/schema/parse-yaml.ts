import type { Document, Tags } from 'yaml';
import { Composer, CST, isAlias, isCollection, isMap, isPair, isScalar, Lexer, Parser, visit } from 'yaml';
import { badRequest, StatusError } from '../status-error.js';
import { isLongQuoted, LONG_TEXT, quotedText } from './long-quoted-text.js';
import { int64Of, isInexact } from './integers.js';
import { countMembers } from './json-members.js';
import type { ParsedBody } from './parse-json.js';
import { MAX_DEPTH } from './depth.js';
import { MAX_BODY_VALUES, tooManyValues } from './value-count.js';
import { wellFormed } from './well-formed.js';

/** A run of digits that may be an integer which a `number` does not hold, in any base. */
const LONG_NUMBER = /[\da-f_]{14}/i;
const INTEGER = /^([-+]?)(0b[01]{1,64}|0x[\da-f]{1,16}|0[0-7]{1,22}|[1-9]\d{0,18})$/i;

/** Resolved by YAML 1.1 and not by the Go library that Kubernetes uses: base-60 numbers, times, sets and the like. */
const FOREIGN_TAGS = new Set(['timestamp', 'set', 'omap', 'pairs', 'binary'].map((name) => `tag:yaml.org,2002:${name}`));

const customTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(FOREIGN_TAGS.has(tag.tag) || ('format' in tag && tag.format === 'TIME')));

/** Duplicate keys are looked for here: the package compares each key with all others. */
const OPTIONS = { version: '1.1', customTags, strict: false, uniqueKeys: false, logLevel: 'silent' } as const;
/** Lexemes between two steps. */
const STEP = 2000;
/** More are no document of anybody's, but a million empty lines. */
const MOST_LEXEMES = 1_000_000;
/** The package looks through the whole document for each alias. */
const MOST_ALIASES = 200;
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
    const { found, values, hasLong } = yield* tokens(text);
    const document = compose(found, hasLong ? yield* longTexts(found) : NONE);
    yield;
    const duplicateFields = duplicatesIn(document);
    exactIntegers(document, text);
    const read: unknown = document.toJS({ maxAliasCount: 100 });
    yield;
    if (depthOver(read, MAX_DEPTH)) throw badRequest(`the body is nested deeper than ${MAX_DEPTH} levels`);
    const value = /\\u/i.test(text) ? wellFormed(read) : read;
    if (countMembers(value).forbidden) throw badRequest('the field name "__proto__" is not supported');
    return { value, duplicateFields, values };
  } catch (error) {
    if (StatusError.is(error)) throw error;
    throw badRequest(`error converting YAML to JSON: yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not YAML'}`);
  }
}

/** Gives the integers of a document, parsed from this text, the values that `numberOf` gives those of JSON. */
export function exactIntegers(document: Document, text: string): void {
  if (!LONG_NUMBER.test(text)) return;
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'number' && isInexact(scalar.value)) scalar.value = integerIn(scalar.source ?? '') ?? scalar.value;
    },
  });
}

/** The value of an integer of YAML 1.1; undefined for what is none, or has clearly more than 64 bits. */
function integerIn(source: string): number | bigint | undefined {
  const [, sign, digits = ''] = INTEGER.exec(source.replaceAll('_', '')) ?? [];
  if (digits === '') return undefined;
  const value = BigInt(digits.replace(/^0(?=\d)/, '0o'));
  return int64Of(sign === '-' ? -value : value);
}

const SCALAR = '\u001f';
/** What begins the lexemes of keys, values and items; a plain scalar comes after a mark of its own. */
const VALUE_MARKS = new Set([SCALAR, '"', "'", '|', '>', '*', '-', '{', '[']);

interface Tokens {
  readonly found: readonly CST.Token[];
  readonly values: number;
  /** Whether there may be texts among them that are too long for the package. */
  readonly hasLong: boolean;
}

/** The whole text, cut up. Throws 413 before there are more values than a body may have. */
function* tokens(text: string): Generator<undefined, Tokens> {
  const parser = new Parser();
  const found: CST.Token[] = [];
  let count = 0;
  let values = 0;
  let aliases = 0;
  let inScalar = false;
  let hasLong = false;
  for (const lexeme of new Lexer().lex(text)) {
    found.push(...parser.next(lexeme));
    const mark: string = inScalar ? '' : (lexeme[0] ?? '');
    inScalar = mark === SCALAR;
    hasLong ||= mark === '"' && lexeme.length >= LONG_TEXT;
    if (VALUE_MARKS.has(mark) && (values += 1) > MAX_BODY_VALUES) throw tooManyValues(MAX_BODY_VALUES);
    if (mark === '*' && (aliases += 1) > MOST_ALIASES)
      throw badRequest(`error converting YAML to JSON: yaml: more than ${MOST_ALIASES} aliases`);
    if ((count += 1) > MOST_LEXEMES) throw tooManyValues(MAX_BODY_VALUES);
    if (count % STEP === 0) yield;
  }
  found.push(...parser.end());
  return { found, values, hasLong };
}

const NONE: ReadonlyMap<unknown, string> = new Map();

/** The values of long quoted texts, by their tokens, which are left empty for the package. */
function* longTexts(found: readonly CST.Token[]): Generator<undefined, ReadonlyMap<unknown, string>> {
  const long = new Map<CST.FlowScalar, string>();
  const look = (token: CST.Token | null | undefined) => {
    if (token && isLongQuoted(token)) long.set(token, token.source);
  };
  for (const token of found) {
    if (token.type !== 'document') continue;
    CST.visit(token, ({ key, value }) => {
      look(key);
      look(value);
    });
  }
  for (const [token, source] of long) {
    long.set(token, yield* quotedText(source));
    token.source = '""';
    yield;
  }
  return long;
}

/** The first document. Throws its first error. */
function compose(found: readonly CST.Token[], long: ReadonlyMap<unknown, string>): Document {
  const composer = new Composer({ ...OPTIONS, keepSourceTokens: long.size > 0 });
  // Else it makes an error, with its stack, for each of a million commas, and a warning for each tag.
  Object.assign(composer, { onError: throwError });
  const [document] = composer.compose(found, true);
  const [error] = document!.errors; // of no document, Composer makes an empty one
  if (error) throw error;
  if (long.size > 0) fillIn(document as Document, long);
  return document as Document;
}

function fillIn(document: Document, long: ReadonlyMap<unknown, string>): void {
  visit(document, {
    Scalar(_, scalar) {
      const text = long.get(scalar.srcToken);
      if (text === undefined) return;
      if (scalar.tag !== undefined && scalar.tag !== TEXT_TAG)
        throw new SyntaxError(`cannot decode a text of ${text.length} characters as ${scalar.tag}`);
      scalar.value = text;
    },
  });
}

const TEXT_TAG = 'tag:yaml.org,2002:str';

function throwError(_source: unknown, _code: string, message: string, isWarning?: boolean): void {
  if (!isWarning) throw new SyntaxError(message);
}

/** The keys that stand twice in their map, the first hundred. Throws for keys that JSON cannot have. */
function duplicatesIn(document: Document): string[] {
  const duplicates: string[] = [];
  const open: unknown[] = [document.contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isPair(node)) open.push(node.value ?? null);
    if (!isCollection(node)) continue;
    if (isMap(node)) {
      const twice = repeated(node.items.map(({ key }) => keyValue(document, key)));
      duplicates.push(...twice.slice(0, MAX_DUPLICATES - duplicates.length));
    }
    for (let at = node.items.length - 1; at >= 0; at -= 1) open.push(node.items[at]);
  }
  return duplicates;
}

/** Keys that are lists or maps would become texts, each as long as all that is in it. */
function keyValue(document: Document, key: unknown): unknown {
  const node = isAlias(key) ? key.resolve(document) : key;
  if (isScalar(node)) return node.value;
  throw badRequest('error converting YAML to JSON: yaml: a key must be a text, a number or a boolean');
}

function repeated(keys: readonly unknown[]): string[] {
  const seen = new Set<unknown>();
  return keys.filter((key) => key !== '<<' && (seen.has(key) || !seen.add(key))).map(String);
}

function depthOver(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => depthOver(member, levels - 1));
}
