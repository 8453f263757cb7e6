import { badRequest } from '../../api/status-error.js';
import type { PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';

/** What a request to a kubelet's server is about. */
export interface StreamAddress {
  readonly verb: StreamVerb;
  readonly namespace: string;
  readonly pod: string;
  /** Absent: another pod of the same name will do. */
  readonly uid: string | undefined;
  /** Absent with `portForward`. */
  readonly container: string | undefined;
}

/** The first part of a path. */
export type StreamVerb = 'containerLogs' | 'exec' | 'attach' | 'portForward';

const PATH = /^\/(containerLogs|exec|attach|portForward)\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/;

/** Reads `/containerLogs/<ns>/<pod>/<container>`, `/exec/…`, `/attach/…` or `/portForward/<ns>/<pod>`; undefined for another path. */
export function parseAddress(url: URL): StreamAddress | undefined {
  const [, verb, namespace, pod, container] = PATH.exec(url.pathname) ?? [];
  if (verb === undefined || (verb !== 'portForward') !== (container !== undefined)) return undefined;
  const uid = url.searchParams.get('uid') ?? undefined;
  return {
    verb: verb as StreamVerb,
    namespace: decodeURIComponent(namespace!),
    pod: decodeURIComponent(pod!),
    uid,
    container: container && decodeURIComponent(container),
  };
}

/** Undoes {@link parseAddress}. */
export function addressPath({ verb, namespace, pod, container }: StreamAddress): string {
  return `/${[verb, namespace, pod, ...(container === undefined ? [] : [container])].map(encodeURIComponent).join('/')}`;
}

const FLAGS = ['follow', 'previous', 'timestamps'] as const;
const NUMBERS = ['sinceSeconds', 'tailLines', 'limitBytes'] as const;

export function logQuery(options: PodLogOptions): [string, string][] {
  return [
    ...FLAGS.flatMap((name): [string, string][] => (options[name] ? [[name, 'true']] : [])),
    ...NUMBERS.flatMap((name): [string, string][] => (options[name] === undefined ? [] : [[name, String(options[name])]])),
    ...(options.sinceTime === undefined ? [] : [['sinceTime', options.sinceTime] satisfies [string, string]]),
  ];
}

export function parseLogOptions(query: URLSearchParams, container: string | undefined): PodLogOptions {
  const flags = FLAGS.map((name) => [name, query.get(name) === 'true']);
  const numbers = NUMBERS.map((name) => [name, numberIn(query, name)]);
  return { container, ...Object.fromEntries([...flags, ...numbers]), sinceTime: query.get('sinceTime') ?? undefined } as PodLogOptions;
}

const STREAMS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const;

export function execQuery(options: PodExecOptions): [string, string][] {
  const wanted = (Object.keys(STREAMS) as (keyof typeof STREAMS)[]).filter((name) => options[name]);
  return [
    ...options.command.map((word): [string, string] => ['command', word]),
    ...wanted.map((name): [string, string] => [STREAMS[name], '1']),
  ];
}

export function parseExecOptions(query: URLSearchParams, container: string | undefined): PodExecOptions {
  const wanted = (name: keyof typeof STREAMS) => query.get(STREAMS[name]) === '1';
  return {
    container,
    command: query.getAll('command'),
    stdin: wanted('stdin'),
    stdout: wanted('stdout'),
    stderr: wanted('stderr'),
    tty: wanted('tty'),
  };
}

/** The port that a connection is wanted to. Throws StatusError. */
export function parsePort(query: URLSearchParams): number {
  const port = Number(query.get('port'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw badRequest(`invalid port: ${query.get('port')}`);
  return port;
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw badRequest(`invalid ${name}: ${text}`);
  return number;
}
