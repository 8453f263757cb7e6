import { readFile } from 'node:fs/promises';
import type { UserInfo } from '../registry/registry.js';
import { UsageError } from './usage-error.js';

/**
 * Reads the file of `--token-auth-file`: what kube-apiserver takes under that name, CSV (RFC 4180) with a token, a user name, a uid
 * and, in one column, the groups separated by commas: `31ada4fd,alice,1,"dev,ops"`.
 */
export async function readTokenFile(path: string): Promise<Readonly<Record<string, UserInfo>>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  const tokens = new Map<string, UserInfo>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const refused = (why: string) => new UsageError(`${path}, line ${index + 1}: ${why} (wanted: token,user,uid,"group1,group2")`);
    const columns = columnsOf(line);
    if (!columns) throw refused('a quote is not closed or stands amid a column');
    const [token, name, uid, groups = ''] = columns;
    if (!token || !name || uid === undefined) throw refused('a token, a user and a uid are needed');
    if (/\s/.test(token)) throw refused('a token has no blanks');
    if (tokens.has(token)) throw refused('the token is there twice');
    tokens.set(token, { name, ...(uid && { uid }), groups: groups.split(',').map(trimmed).filter(Boolean) });
  }
  if (tokens.size === 0) throw new UsageError(`${path} has no tokens`);
  return Object.fromEntries(tokens);
}

const trimmed = (text: string) => text.trim();

/** The columns of one line, `undefined` when its quotes make no sense. */
function columnsOf(line: string): readonly string[] | undefined {
  const column = /\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/y;
  const columns: string[] = [];
  for (;;) {
    const match = column.exec(line);
    if (!match) return undefined;
    columns.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').trim());
    if (match[3] === '') return columns;
  }
}
