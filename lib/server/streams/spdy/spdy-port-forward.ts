import type { Duplex } from 'node:stream';
import type { Dial } from '../websocket-port-forward.js';
import { SpdyConnection } from './connection.js';
import type { SpdyStream } from './connection.js';

/** Port-forward over SPDY/3.1: each connection is a pair of streams, `error` and `data`, of one `requestid`. Never throws. */
export function serveSpdyPortForward(pipe: Duplex, dial: Dial): Promise<void> {
  const halves = new Map<string, SpdyStream>();
  const connection = new SpdyConnection(pipe, (stream) => {
    const request = stream.headers.get('requestid') ?? String(stream.id);
    const other = halves.get(request);
    if (!other) {
      halves.set(request, stream);
      stream.once('close', () => halves.delete(request));
      return;
    }
    halves.delete(request);
    const [error, data] = stream.headers.get('streamtype') === 'data' ? [other, stream] : [stream, other];
    void forward(error, data, dial);
  });
  return connection.run();
}

async function forward(error: SpdyStream, data: SpdyStream, dial: Dial): Promise<void> {
  error.resume();
  try {
    await join(data, await dial(Number(data.headers.get('port'))));
    error.end();
  } catch (failure) {
    error.end(failure instanceof Error ? failure.message : String(failure));
    data.end();
  }
}

/** Copies both ways until both are through. */
function join(data: SpdyStream, connection: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    data.once('close', () => {
      connection.destroy();
      resolve();
    });
    connection.once('close', () => {
      data.end();
      resolve();
    });
    data.pipe(connection);
    connection.pipe(data);
  });
}
