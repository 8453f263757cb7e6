import { connect } from 'node:net';
import type { TCPSocketAction } from 'kubernetes-types/core/v1.js';
import { portOf } from '../pods/pod-spec.js';
import type { ProbeResult } from './probe-result.js';
import { failure, success } from './probe-result.js';
import type { ProbeTarget } from './prober.js';

/** Well when the port accepts a connection. */
export function tcpProbe({ host, port }: TCPSocketAction, { container, podIP }: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const number = portOf(port, container);
  const name = host ?? podIP;
  return new Promise((resolve) => {
    const socket = connect({ host: name, port: number });
    const end = (result: ProbeResult) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(result);
    };
    const onAbort = () => end(failure(`dial tcp ${name}:${number}: i/o timeout`));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => end(success()));
    socket.on('error', (error) => end(failure(`dial tcp ${name}:${number}: ${error.message}`)));
  });
}
