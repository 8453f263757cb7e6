import type { HTTPGetAction } from 'kubernetes-types/core/v1.js';
import { portOf } from '../pods/pod-spec.js';
import { httpGet } from './http-get.js';
import type { ProbeResult } from './probe-result.js';
import { failure, success } from './probe-result.js';
import type { ProbeTarget } from './prober.js';

/** The URL that an `httpGet` action means. */
export function urlOf(
  { host, port, path = '/', scheme = 'HTTP' }: HTTPGetAction,
  { container, podIP }: Pick<ProbeTarget, 'container' | 'podIP'>,
): URL {
  const name = host ?? podIP;
  const authority = `${name.includes(':') ? `[${name}]` : name}:${portOf(port, container)}`;
  return new URL(path.startsWith('/') ? path : `/${path}`, `${scheme.toLowerCase()}://${authority}`);
}

/** Well between 200 and 399. */
export async function httpProbe(action: HTTPGetAction, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const url = urlOf(action, target);
  try {
    const { status, body, elsewhere } = await httpGet({ url, headers: action.httpHeaders, signal });
    if (elsewhere) return success(`Probe terminated redirects, Response body: ${body}`);
    return status >= 200 && status < 400 ? success(body) : failure(`HTTP probe failed with statuscode: ${status}`);
  } catch (error) {
    if (signal.aborted) throw error;
    return failure(`Get "${url.href}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
