import { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '../../api/status-error.js';
import { CHANNEL, decodeChannel, decodeExitStatus, encodeChannel, encodeClose } from '../../api/wire/channels.js';
import type { ExecSession, ExitStatus } from '../../api/wire/pod-streams.js';
import { bytesIn, send } from './socket-flow.js';

/** A session that runs behind a WebSocket. */
export function clientSession(socket: WebSocket): ExecSession {
  const resume = () => socket.resume();
  const stdout = new Readable({ read: resume });
  const stderr = new Readable({ read: resume });
  const outputs: Readonly<Record<number, Readable>> = { [CHANNEL.stdout]: stdout, [CHANNEL.stderr]: stderr };
  let exit: ExitStatus | undefined;
  const done = new Promise<ExitStatus>((resolve) => {
    socket.on('message', (message) => {
      const { channel, data } = decodeChannel(bytesIn(message)) ?? {};
      if (channel === CHANNEL.status) exit ??= decodeExitStatus(JSON.parse(data!.toString()) as Partial<Status>);
      else if (channel !== undefined && outputs[channel]?.push(data) === false) socket.pause(); // until somebody reads
    });
    socket.once('close', () => {
      stdout.push(null);
      stderr.push(null);
      resolve(exit ?? { exitCode: 1, message: 'the connection to the kubelet was lost' });
    });
  });
  return {
    stdout: stdout as AsyncIterable<Uint8Array>,
    stderr: stderr as AsyncIterable<Uint8Array>,
    writeStdin: (chunk) => send(socket, encodeChannel(CHANNEL.stdin, chunk)),
    endStdin: () => void send(socket, encodeClose(CHANNEL.stdin)),
    resize: (columns, rows) => void send(socket, encodeChannel(CHANNEL.resize, JSON.stringify({ Width: columns, Height: rows }))),
    done,
    kill: () => socket.terminate(),
  };
}
