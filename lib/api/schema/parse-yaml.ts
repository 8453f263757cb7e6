import type { Tags } from 'yaml';
import { parseDocument } from 'yaml';
import { badRequest } from '../status-error.js';
import { countMembers } from './json-members.js';
import type { ParsedBody } from './parse-json.js';
import { MAX_DEPTH } from './parse-json.js';

/** Resolved by YAML 1.1 and not by the Go library that Kubernetes uses: base-60 numbers, times, sets and the like. */
const FOREIGN_TAGS = new Set(['timestamp', 'set', 'omap', 'pairs', 'binary'].map((name) => `tag:yaml.org,2002:${name}`));

const customTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(FOREIGN_TAGS.has(tag.tag) || ('format' in tag && tag.format === 'TIME')));

/**
 * Parses one YAML document, with the meaning kubectl and the API server give it. Throws 400 for what is no YAML, several
 * documents, aliases that blow up, a nesting deeper than {@link MAX_DEPTH}, or a key `__proto__`.
 */
export function parseYaml(body: Uint8Array | string): ParsedBody {
  const text = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const { value, duplicates } = read(text);
  if (depthOver(value, MAX_DEPTH)) throw badRequest(`the body is nested deeper than ${MAX_DEPTH} levels`);
  if (countMembers(value).forbidden) throw badRequest('the field name "__proto__" is not supported');
  return { value, duplicateFields: duplicates };
}

function read(text: string): { value: unknown; duplicates: readonly string[] } {
  try {
    const options = { version: '1.1', customTags, strict: false, logLevel: 'silent' } as const;
    const first = parseDocument(text, options);
    const faults = first.errors.filter((error) => error.code !== 'DUPLICATE_KEY');
    if (faults[0]) throw faults[0];
    const duplicates = first.errors.length > 0 ? duplicatesIn(first.errors, text) : [];
    const document = duplicates.length > 0 ? parseDocument(text, { ...options, uniqueKeys: false }) : first;
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, duplicates };
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not YAML'}`);
  }
}

function duplicatesIn(errors: readonly { pos: readonly [number, number] }[], text: string): string[] {
  return errors.map(({ pos: [start] }) => /^[^:\s]*/.exec(text.slice(start))?.[0] ?? '');
}

function depthOver(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => depthOver(member, levels - 1));
}
