import type { IncomingMessage } from 'node:http';
import type { Status } from '../../api/status-error.js';
import { StatusError } from '../../api/status-error.js';

/** All of a body. */
export async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What a refusal says: its Status, or its text where it comes from something else than an API server. */
export function refusal(code: number, body: Buffer): StatusError {
  const text = body.toString('utf8');
  const status = statusIn(text);
  if (status) return StatusError.from({ code, ...status });
  return StatusError.from({ code, message: text.trim() || `the server answered ${code}` });
}

function statusIn(text: string): Partial<Status> | undefined {
  try {
    const value = JSON.parse(text) as Partial<Status> | null;
    // An overloaded server's Status may lack its kind.
    return value?.kind === 'Status' || value?.status === 'Failure' ? value : undefined;
  } catch {
    return undefined; // proxies and overloaded servers answer in plain text, which is the message then
  }
}

/** Texts of `Warning: 299 - "text"` headers. */
export function warningsIn(answer: IncomingMessage): string[] {
  const lines = answer.headersDistinct['warning'] ?? [];
  return lines.flatMap((line) => [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')));
}
