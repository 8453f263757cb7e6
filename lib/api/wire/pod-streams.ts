/** What `kubectl logs` asks for. Field names as in the API's PodLogOptions. */
export interface PodLogOptions {
  readonly container?: string | undefined;
  readonly follow?: boolean | undefined;
  readonly previous?: boolean | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly timestamps?: boolean | undefined;
}

/** What `kubectl exec` and `attach` ask for. */
export interface PodExecOptions {
  readonly container?: string | undefined;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** How an exec ended. */
export interface ExitStatus {
  readonly exitCode: number;
  /** What went wrong besides an exit code. */
  readonly message?: string | undefined;
}

/** A running exec or attach. Consumers read the outputs to their end; `done` resolves after both have ended. */
export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the process takes more. */
  writeStdin(chunk: Uint8Array): Promise<void>;
  endStdin(): void;
  resize(columns: number, rows: number): void;
  readonly done: Promise<ExitStatus>;
  /** Ends the process. Safe to call twice. */
  kill(): void;
}
