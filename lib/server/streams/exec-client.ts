import type { ExecSession, ExitStatus } from '../../api/wire/pod-streams.js';

/** The far end of an exec or attach: a client's terminal, whatever protocol it speaks. */
export interface ExecClient {
  /** What the client types; ends when it sends no more. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Called with each new size of the client's terminal. */
  onResize(listener: (columns: number, rows: number) => void): void;
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal;
  /** Resolves when the client takes more. */
  stdout(chunk: Uint8Array): Promise<void>;
  stderr(chunk: Uint8Array): Promise<void>;
  /** The last word; closes the connection. */
  exit(status: ExitStatus): Promise<void>;
}

/** Connects a session with its client until the command has ended or the client has gone, which ends the command. Never throws. */
export async function serveExec(session: ExecSession, client: ExecClient): Promise<void> {
  const gone = () => session.kill();
  client.gone.addEventListener('abort', gone, { once: true });
  if (client.gone.aborted) gone();
  client.onResize((columns, rows) => session.resize(columns, rows));
  void feed(session, client);
  try {
    await Promise.all([drain(session.stdout, (chunk) => client.stdout(chunk)), drain(session.stderr, (chunk) => client.stderr(chunk))]);
    await client.exit(await session.done);
  } catch (error) {
    session.kill();
    if (!client.gone.aborted) await client.exit({ exitCode: 1, message: error instanceof Error ? error.message : String(error) });
  } finally {
    client.gone.removeEventListener('abort', gone);
  }
}

/** As {@link serveExec}, for a command that may fail to start: the client is told why. */
export async function startExec(starting: Promise<ExecSession>, client: ExecClient): Promise<void> {
  try {
    await serveExec(await starting, client);
  } catch (error) {
    await client.exit({ exitCode: 1, message: error instanceof Error ? error.message : String(error) });
  }
}

async function feed(session: ExecSession, { stdin }: ExecClient): Promise<void> {
  try {
    for await (const chunk of stdin) await session.writeStdin(chunk);
    session.endStdin();
  } catch {
    // The command reads no more, or the client has gone: whoever ends first ends this too, and tells why by `exit`.
    return;
  }
}

async function drain(source: AsyncIterable<Uint8Array>, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of source) await write(chunk);
}
