import { isIPv6 } from 'node:net';
import type { Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { OPAQUE_NAMES, overload } from '../signature.js';
import type { Result, Value } from '../values.js';
import { Entries, Fault, Items, Opaque } from '../values.js';

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

const CONTROL = /[\x00-\x1f\x7f]/;

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

class Address extends Opaque {
  readonly typeName = OPAQUE_NAMES['URL']!;

  constructor(
    readonly text: string,
    readonly parts: Parts,
  ) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof Address && this.text === other.text;
  }
}

/** As Go's `url.ParseRequestURI` reads it: an absolute URI or an absolute path, without a fragment. */
function parse(text: string): Address | Fault {
  const invalid = (why: string) => new Fault(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`);
  if (text === '') return invalid('empty url');
  if (CONTROL.test(text)) return invalid('net/url: invalid control character in URL');
  const scheme = SCHEME.exec(text)?.[1] ?? '';
  if (text.startsWith(':')) return invalid('missing protocol scheme');
  const rest = scheme ? text.slice(scheme.length + 1) : text;
  const [before = '', ...queries] = rest.split('?');
  const query = queries.join('?');
  if (!before.startsWith('/'))
    return scheme ? new Address(text, { scheme: scheme.toLowerCase(), host: '', path: '', query }) : invalid('invalid URI for request');
  const authority = scheme && before.startsWith('//') ? before.slice(2).split('/', 1)[0]! : undefined;
  const path = authority === undefined ? before : before.slice(2 + authority.length);
  const host = authority?.slice(authority.lastIndexOf('@') + 1) ?? '';
  const fault = hostFault(host) ?? (BAD_ESCAPE.test(path) ? `invalid URL escape ${JSON.stringify(BAD_ESCAPE.exec(path)![0])}` : undefined);
  return fault === undefined ? new Address(text, { scheme: scheme.toLowerCase(), host, path, query }) : invalid(fault);
}

function hostFault(host: string): string | undefined {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) return "missing ']' in host";
    if (!/^(?::\d*)?$/.test(host.slice(end + 1))) return `invalid port ${JSON.stringify(host.slice(end + 1))} after host`;
    return isIPv6(host.slice(1, end)) ? undefined : `invalid host`;
  }
  const port = host.indexOf(':');
  if (port >= 0 && !/^:\d*$/.test(host.slice(port))) return `invalid port ${JSON.stringify(host.slice(port))} after host`;
  return /[\s"<>\\^`{|}]/.test(host) ? `invalid character in host name` : undefined;
}

const of = (value: Value | undefined) => (value as Address).parts;

function hostName(host: string): string {
  if (host.startsWith('[')) return host.slice(1, host.lastIndexOf(']'));
  const port = host.lastIndexOf(':');
  return port < 0 ? host : host.slice(0, port);
}

const portOf = (host: string) => /:(\d*)$/.exec(host.startsWith('[') ? host.slice(host.lastIndexOf(']')) : host)?.[1] ?? '';

/** Escapes what is not escaped yet, as Go does when it writes a path. */
const escapedPath = (path: string) =>
  path.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]/gu, (one) =>
    one.length === 3 && one.startsWith('%') ? one : encodeURIComponent(one),
  );

function queryOf(query: string): Result {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const [name = '', ...rest] = pair.split('=');
    const [key, value] = [unescaped(name), unescaped(rest.join('='))];
    if (key === undefined || value === undefined) continue;
    const known = values.get(key);
    if (known) known.push(value);
    else values.set(key, [value]);
  }
  const entries = new Entries();
  for (const [key, list] of values) entries.add(key, new Items(list));
  return entries;
}

/** Undefined: a bad escape; such a pair is left out. */
function unescaped(text: string): string | undefined {
  if (BAD_ESCAPE.test(text)) return undefined;
  const plain = text.replaceAll('+', ' ');
  return Buffer.from(
    plain.replace(/%([0-9A-Fa-f]{2})|[^%]+/g, (one, hex: string | undefined) =>
      hex ? String.fromCharCode(Number.parseInt(hex, 16)) : Buffer.from(one).toString('latin1'),
    ),
    'latin1',
  ).toString('utf8');
}

const read = { cost: ([size = 0]: readonly number[]) => traversal(size) };

/** Kubernetes' library of URLs. */
export const urls: readonly Overload[] = [
  overload('url(string): URL', ([text]) => parse(text as string), {
    ...read,
    resultSize: ([size]) => size!,
  }),
  overload('isURL(string): bool', ([text]) => !(parse(text as string) instanceof Fault), read),
  overload('<URL>.getScheme(): string', ([url]) => of(url).scheme),
  overload('<URL>.getHost(): string', ([url]) => of(url).host),
  overload('<URL>.getHostname(): string', ([url]) => hostName(of(url).host)),
  overload('<URL>.getPort(): string', ([url]) => portOf(of(url).host)),
  overload('<URL>.getEscapedPath(): string', ([url]) => escapedPath(of(url).path)),
  overload('<URL>.getQuery(): map(string, list(string))', ([url]) => queryOf(of(url).query)),
];
