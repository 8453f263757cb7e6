import type { Status } from '../status-error.js';
import type { ExitStatus } from './pod-streams.js';

/** The first byte of each WebSocket message of exec, attach and port-forward. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/** The subprotocols spoken here, the preferred one first. Version 5 can end stdin; otherwise they are alike. */
export const CHANNEL_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** One message. */
export interface ChannelMessage {
  readonly channel: number;
  readonly data: Buffer;
}

/** A message as it travels: the channel, then the bytes. */
export function encodeChannel(channel: number, data: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.of(channel), typeof data === 'string' ? Buffer.from(data) : data]);
}

/** Undoes {@link encodeChannel}; `undefined` for a message of no bytes, which says nothing. */
export function decodeChannel(message: Buffer): ChannelMessage | undefined {
  const channel = message[0];
  return channel === undefined ? undefined : { channel, data: message.subarray(1) };
}

/** The message of version 5 that ends a channel. */
export function encodeClose(channel: number): Buffer {
  return Buffer.of(CHANNEL.close, channel);
}

/** A terminal's new size, or `undefined` for text that is none. */
export function decodeResize(data: Buffer): { readonly columns: number; readonly rows: number } | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(data.toString()) as { Width?: unknown; Height?: unknown };
    return isSize(columns) && isSize(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0 && (value as number) <= 65_535;

/** What goes over the status channel when a command has ended. */
export function encodeExitStatus({ exitCode, message }: ExitStatus): Partial<Status> {
  if (exitCode === 0 && message === undefined) return { metadata: {}, status: 'Success' };
  if (message !== undefined) return { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** Undoes {@link encodeExitStatus}. A failure without an exit code counts as 1. */
export function decodeExitStatus(status: Partial<Status>): ExitStatus {
  if (status.status === 'Success') return { exitCode: 0 };
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  const exitCode = Number(cause);
  return cause !== undefined && Number.isInteger(exitCode)
    ? { exitCode }
    : { exitCode: 1, message: status.message ?? 'the command failed' };
}
