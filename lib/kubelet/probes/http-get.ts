import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HTTPHeader } from 'kubernetes-types/core/v1.js';

/** What {@link httpGet} asks for. */
export interface HttpGetRequest {
  readonly url: URL;
  readonly headers?: readonly HTTPHeader[] | undefined;
  readonly signal: AbortSignal;
}

/** What came back. */
export interface HttpGetAnswer {
  readonly status: number;
  /** The first 10 KiB. */
  readonly body: string;
  /** Set when the answer points to another host: it was not followed. */
  readonly elsewhere: boolean;
}

const MOST_REDIRECTS = 10;
const MOST_BODY = 10 * 1024;

/** A GET as the kubelet makes it for probes and hooks: certificates are not checked, redirects on the same host are followed. */
export async function httpGet({ url, headers, signal }: HttpGetRequest): Promise<HttpGetAnswer> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const answer = await once({ url: at, headers, signal });
    const location = answer.headers.location;
    const status = answer.statusCode ?? 0;
    if (status < 300 || status > 399 || location === undefined) return { status, body: await bodyOf(answer), elsewhere: false };
    answer.resume();
    const next = new URL(location, at);
    if (next.hostname !== at.hostname) return { status, body: '', elsewhere: true };
    if (redirects >= MOST_REDIRECTS) throw new Error(`stopped after ${MOST_REDIRECTS} redirects`);
    at = next;
  }
}

function once({ url, headers, signal }: HttpGetRequest): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(url, { headers: fields(headers), signal, agent: false, rejectUnauthorized: false }, resolve)
      .on('error', reject)
      .end();
  });
}

function fields(headers: readonly HTTPHeader[] = []): Record<string, string | string[]> {
  const all: Record<string, string[]> = {};
  for (const { name, value } of headers) (all[name.toLowerCase()] ??= []).push(value);
  const single = Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
  return { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close', ...single };
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if ((size += chunk.length) >= MOST_BODY) break; // ends the connection
  }
  return Buffer.concat(chunks).subarray(0, MOST_BODY).toString();
}
