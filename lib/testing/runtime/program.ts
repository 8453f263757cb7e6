/** What a container of the suite does. Each adapter's test says how, by {@link ContainerRuntimeConformanceOptions.program}. */
export type Program =
  /** Prints `ready` in a line, runs until asked to end, and then exits with 7. */
  | { readonly kind: 'run' }
  /** Prints `ready` in a line, and runs on, deaf to requests to end. */
  | { readonly kind: 'stubborn' }
  /** Prints and ends. */
  | {
      readonly kind: 'exit';
      readonly code: number;
      /** Milliseconds between the output and the end. Default 0. */
      readonly after?: number;
      /** Printed as it is. */
      readonly stdout?: string;
      readonly stderr?: string;
    }
  /** Prints numbered lines `1`, `2`, … so many milliseconds apart, and ends with 0. */
  | { readonly kind: 'count'; readonly to: number; readonly every: number }
  /** Prints `NAME=value` for each name, and ends. */
  | { readonly kind: 'environment'; readonly names: readonly string[] }
  /** Prints a file, named as a path of the container or, without a slash at its beginning, of the working directory, and ends: with 1 when it cannot be read. */
  | { readonly kind: 'read'; readonly path: string }
  /** Writes a file and ends: with 1 when it cannot be written. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  /** Sends back whatever comes over connections to a TCP port, until asked to end. */
  | { readonly kind: 'echo'; readonly port: number }
  /** For exec: copies its input to its output until the input ends. */
  | { readonly kind: 'copy' };

/**
 * The program as a POSIX shell command, for runtimes that run real ones. All but `echo`, as shells have no sockets.
 * The first process of a container may be deaf to signals that it has no handler for, so it has one.
 */
export function shellCommand(program: Exclude<Program, { kind: 'echo' }>): readonly string[] {
  return ['sh', '-c', scriptOf(program)];
}

function scriptOf(program: Exclude<Program, { kind: 'echo' }>): string {
  switch (program.kind) {
    case 'run':
      return `trap 'exit 7' TERM; echo ready; sleep 3600 & wait`;
    case 'stubborn':
      return `trap '' TERM; echo ready; sleep 3600 & wait`;
    case 'exit':
      return `printf %s ${quoted(program.stdout)}; printf %s ${quoted(program.stderr)} >&2; sleep ${(program.after ?? 0) / 1000}; exit ${program.code}`;
    case 'count':
      return `i=0; while [ $i -lt ${program.to} ]; do i=$((i + 1)); echo $i; sleep ${program.every / 1000}; done`;
    case 'environment':
      return program.names.map((name) => `echo "${name}=$${name}"`).join('; ');
    case 'read':
      return program.path.startsWith('/') ? `cat "$KUBELIB_ROOT"${quoted(program.path)}` : `cat ${quoted(program.path)}`;
    case 'write':
      return `printf %s ${quoted(program.text)} > "$KUBELIB_ROOT"${quoted(program.path)} || exit 1`;
    case 'copy':
      return 'cat';
  }
}

function quoted(text = ''): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
