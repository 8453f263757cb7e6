/**
 * Where a key stands in etcd.
 *
 * A key is its own path, so that `curl …/v2/keys/registry/minions/` shows the classic layout. What etcd v2 would hide (a name
 * that begins with `_`), merge (an empty name, `.` and `..`) or what is used here is written with a percent sign:
 *
 * | part of a key | its name in etcd |
 * |---|---|
 * | `web-1`, `a b`, `größe` | as it is |
 * | `_x`, `.`, `..`, `100%` | `%5Fx`, `%2E`, `%2E.`, `100%25` |
 * | the empty one, as in `/a//b` and `/a/` | `%` |
 *
 * etcd v2 cannot keep a value at a directory. The value of a key with keys below it stands beside the directory, under the
 * name with a `%` at the end.
 */

/** The path of a key; undefined for what is no key here: keys begin with a slash. */
export function pathOf(key: string): string | undefined {
  if (!key.startsWith('/')) return undefined;
  return key.slice(1).split('/').map(withName).join('');
}

/** The path for the value of a key whose own path is a directory. */
export function besidePath(path: string): string {
  return `${path}%`;
}

/** A path in a URL. */
export function urlPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The path of the directory that holds all keys that begin with `prefix`; undefined where there can be none. */
export function directoryOf(prefix: string): string | undefined {
  if (prefix === '') return '';
  const end = prefix.lastIndexOf('/');
  return end <= 0 ? (prefix.startsWith('/') ? '' : undefined) : pathOf(prefix.slice(0, end));
}

/** The key whose value stands at a path; undefined for a path that is none of ours. */
export function keyOf(path: string): string | undefined {
  const beside = path.endsWith('%') && !path.endsWith('/%');
  return directoryKey(beside ? path.slice(0, -1) : path);
}

/** The key whose path is that of a directory, and begins the keys in it; `''` for the root. */
export function directoryKey(path: string): string | undefined {
  let key = '';
  for (const name of path.split('/').slice(1)) {
    const part = partOf(name);
    if (part === undefined) return undefined;
    key += `/${part}`;
  }
  return key;
}

function withName(part: string): string {
  return `/${nameOf(part)}`;
}

function nameOf(part: string): string {
  if (part === '') return '%';
  const name = part.replaceAll('%', '%25').replace(/^_/, '%5F');
  return name === '.' || name === '..' ? name.replace('.', '%2E') : name;
}

function partOf(name: string): string | undefined {
  const part = name === '%' ? '' : name.replace(/%(25|5F|2E)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return nameOf(part) === name ? part : undefined;
}
