import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServerContext } from '../api-request.js';
import type { RequestPipeline } from '../request-pipeline.js';
import type { RouteTable } from '../route-table.js';

export class UpgradeHandler {
  constructor(
    readonly pipeline: RequestPipeline,
    readonly routes: RouteTable,
    readonly context: ServerContext,
  ) {}

  async run(_request: IncomingMessage, socket: Duplex, _head: Buffer): Promise<void> {
    await Promise.resolve();
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  }
}
