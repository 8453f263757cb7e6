import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../api/object.js';
import { exactIntegers } from '../api/schema/parse-yaml.js';
import { UsageError } from './usage-error.js';

/** An object of a manifest, and where it stands for messages. */
export interface ManifestObject {
  readonly object: KubeObject & { readonly apiVersion: string; readonly kind: string };
  /** `file` or `file (document 2)`. */
  readonly origin: string;
}

/** The objects of files, of the `.yaml`, `.yml` and `.json` files of folders (by name, not deeper), and of standard input (`-`). */
export async function loadManifests(paths: readonly string[]): Promise<ManifestObject[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  return (await Promise.all(files.map(async (file) => parseManifest(file, await read(file))))).flat();
}

/** The objects of one text; Lists are unfolded. */
export function parseManifest(file: string, text: string): ManifestObject[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true });
  const many = documents.length > 1;
  return [...documents].flatMap((document, index) => {
    const origin = many ? `${file} (document ${index + 1})` : file;
    const [error] = document.errors;
    if (error) throw new UsageError(`${origin}: ${error.message.split('\n')[0]}`);
    exactIntegers(document, text);
    const value: unknown = document.toJS();
    return value === null ? [] : unfold(value, origin);
  });
}

function unfold(value: unknown, origin: string): ManifestObject[] {
  const object = value as Partial<ManifestObject['object']> & { items?: unknown };
  if (typeof value !== 'object' || value === null || typeof object.apiVersion !== 'string' || typeof object.kind !== 'string') {
    throw new UsageError(`${origin}: not a Kubernetes object: it needs apiVersion and kind`);
  }
  if (object.kind === 'List' && Array.isArray(object.items)) return object.items.flatMap((item) => unfold(item, origin));
  return [{ object: object as ManifestObject['object'], origin }];
}

async function filesAt(path: string): Promise<string[]> {
  if (path === '-') return [path];
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'no such file or folder' : error.message}`);
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  if (names.length === 0) throw new UsageError(`${path}: no .yaml, .yml or .json file in this folder`);
  return names.map((name) => join(path, name));
}

async function read(file: string): Promise<string> {
  if (file !== '-') return readFile(file, 'utf8');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
