import { spawn } from 'node:child_process';

/** Ends what lives below `$1` and removes it, once standard input ends. */
const SCRIPT = `
while read -r line; do [ "$line" = done ] && exit 0; done
for process in /proc/[0-9]*; do
  case "$(readlink "$process/cwd" 2>/dev/null)" in "$1"*) kill -9 "\${process#/proc/}" 2>/dev/null ;; esac
done
rm -rf "$1"
`;

/**
 * Should this process be killed, all processes whose working directory lies below `directory` are killed too, and it is removed. Call
 * what it gives when the directory is no longer in use.
 */
export function guardDirectory(directory: string): () => void {
  const guard = spawn('sh', ['-c', SCRIPT, 'guard', directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  return () => guard.stdin.end('done\n');
}
