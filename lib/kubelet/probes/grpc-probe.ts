import { connect } from 'node:http2';
import type { GRPCAction } from 'kubernetes-types/core/v1.js';
import type { ProbeResult } from './probe-result.js';
import { failure, success } from './probe-result.js';

const SERVING = 1;
const STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Well when `grpc.health.v1.Health/Check` answers SERVING. */
export function grpcProbe({ port, service = '' }: GRPCAction, podIP: string, signal: AbortSignal): Promise<ProbeResult> {
  const authority = `${podIP.includes(':') ? `[${podIP}]` : podIP}:${port}`;
  return new Promise((resolve) => {
    const session = connect(`http://${authority}`);
    const end = (result: ProbeResult) => {
      signal.removeEventListener('abort', onAbort);
      session.destroy();
      resolve(result);
    };
    const onAbort = () => end(failure(`timeout: failed to connect service "${authority}" within the time limit`));
    signal.addEventListener('abort', onAbort, { once: true });
    session.on('error', (error: Error) => end(failure(`error: failed to connect service "${authority}": ${error.message}`)));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'kube-probe/1.36',
    });
    const chunks: Buffer[] = [];
    let code = '';
    const readCode = (headers: object) => {
      const given: unknown = 'grpc-status' in headers ? headers['grpc-status'] : undefined;
      if (typeof given === 'string') code = given;
    };
    stream.on('response', readCode);
    stream.on('trailers', readCode);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', (error: Error) => end(failure(`error: health rpc failed: ${error.message}`)));
    stream.on('close', () => end(verdict(code, Buffer.concat(chunks))));
    stream.end(requestFor(service));
  });
}

function verdict(code: string, answer: Buffer): ProbeResult {
  if (code !== '0')
    return failure(
      code === '12' ? 'error: this server does not implement the grpc health protocol' : `error: health rpc failed: status ${code}`,
    );
  const status = statusIn(answer);
  return status === SERVING ? success() : failure(`service unhealthy (responded with "${STATUS[status] ?? status}")`);
}

/** A length-prefixed `HealthCheckRequest { string service = 1 }`. */
function requestFor(service: string): Buffer {
  const name = Buffer.from(service);
  const length = name.length < 128 ? [name.length] : [(name.length & 127) | 128, name.length >> 7];
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...length]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Field 1 of a length-prefixed `HealthCheckResponse`; its default, 0, is not sent. */
function statusIn(answer: Buffer): number {
  return answer[5] === 0x08 ? (answer[6] ?? 0) : 0;
}
