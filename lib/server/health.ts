import type { ApiRequest } from './api-request.js';
import type { BodyReply } from './reply.js';
import { pageNotFound, text } from './reply.js';

/** Something that must be well for the server to be well. Throws when it is not. */
export type HealthCheck = () => void | Promise<void>;

/** `/healthz`, `/livez`, `/readyz`, all of them or one by name (`/readyz/storage`). `undefined` for other paths. */
export async function healthReply(request: ApiRequest, checks: Readonly<Record<string, HealthCheck>>): Promise<BodyReply | undefined> {
  const [, endpoint = '', name, more] = request.info.path.split('/');
  if (!['healthz', 'livez', 'readyz'].includes(endpoint) || more !== undefined) return undefined;
  const all: Readonly<Record<string, HealthCheck>> = { ping: () => {}, ...checks };
  if (name !== undefined) return Object.hasOwn(all, name) ? one(all[name] as HealthCheck) : pageNotFound;
  return several(request, endpoint, all);
}

async function one(check: HealthCheck): Promise<BodyReply> {
  const failure = await failureOf(check);
  return failure === undefined ? text(200, 'ok') : text(500, `internal server error: ${failure}\n`);
}

async function several(request: ApiRequest, endpoint: string, checks: Readonly<Record<string, HealthCheck>>): Promise<BodyReply> {
  const excluded = new Set(request.query.all('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const [name, check] of Object.entries(checks)) {
    const failure = excluded.has(name) ? undefined : await failureOf(check);
    failed ||= failure !== undefined;
    // Why a check failed is for the log: the answer goes to anybody.
    lines.push(
      failure !== undefined ? `[-]${name} failed: reason withheld` : excluded.has(name) ? `[+]${name} excluded: ok` : `[+]${name} ok`,
    );
  }
  if (failed) return text(500, `${lines.join('\n')}\n${endpoint} check failed\n`);
  return text(200, request.query.text('verbose') === undefined ? 'ok' : `${lines.join('\n')}\n${endpoint} check passed\n`);
}

/** Why a check fails; `undefined` when all is well. */
export async function failureOf(check: HealthCheck): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
