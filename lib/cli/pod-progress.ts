import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Subscription } from 'rxjs';
import { colors } from './colors.js';
import { humanAge } from '../api/meta/time.js';
import type { Stored } from '../api/object.js';
import type { Environment, Timer } from '../base/environment.js';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { pods } from '../api/core/pods.js';

/** Where progress is shown. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** Shows what pods do: on a terminal a table that redraws in place, elsewhere one plain line a change. */
export interface PodProgress {
  /** A line of text, above the table where there is one. */
  print(text: string): void;
  /** Stops showing; the last table stays. */
  close(): void;
}

interface Row {
  readonly name: string;
  readonly phase: string;
  readonly ready: string;
  readonly node: string;
  readonly restarts: number;
  readonly created: string;
}

/** Follows the pods of a plane from now on. */
export function showPods(plane: ControlPlane, output: ProgressOutput, environment: Environment): PodProgress {
  const rows = new Map<string, Row>();
  const display = output.isTTY ? new LiveTable(rows, output, environment) : new Lines(output);
  const subscription: Subscription = plane
    .registry(pods)
    .watch({})
    .subscribe({
      next: (event) => {
        if (event.type === 'BOOKMARK') return;
        const row = rowOf(event.object);
        const key = `${event.object.metadata.namespace}/${row.name}`;
        const before = rows.get(key);
        if (event.type === 'DELETED') rows.delete(key);
        else rows.set(key, row);
        display.changed(event.type === 'DELETED' ? undefined : row, before);
      },
      error: (error: unknown) => display.print(`the list of pods stops here: ${error instanceof Error ? error.message : String(error)}`),
    });
  return {
    print: (text) => display.print(text),
    close: () => {
      subscription.unsubscribe();
      display.close();
    },
  };
}

function rowOf(pod: Stored<Pod>): Row {
  const statuses = pod.status?.containerStatuses ?? [];
  const waiting = statuses.find((status) => status.state?.waiting?.reason)?.state?.waiting?.reason;
  return {
    name: pod.metadata.name,
    phase: pod.metadata.deletionTimestamp
      ? 'Terminating'
      : waiting && waiting !== 'ContainerCreating'
        ? waiting
        : (pod.status?.phase ?? 'Pending'),
    ready: `${statuses.filter((status) => status.ready).length}/${pod.spec?.containers.length ?? 0}`,
    node: pod.spec?.nodeName ?? '',
    restarts: statuses.reduce((sum, status) => sum + status.restartCount, 0),
    created: pod.metadata.creationTimestamp,
  };
}

class Lines {
  constructor(private readonly output: ProgressOutput) {}

  changed(row: Row | undefined, before: Row | undefined): void {
    if (!row) this.print(`pod/${before?.name ?? ''} gone`);
    else if (
      !before ||
      before.phase !== row.phase ||
      before.ready !== row.ready ||
      before.restarts !== row.restarts ||
      before.node !== row.node
    ) {
      this.print(`pod/${row.name} ${row.phase} ready=${row.ready} restarts=${row.restarts}${row.node ? ` node=${row.node}` : ''}`);
    }
  }

  print(text: string): void {
    this.output.write(`${text}\n`);
  }

  close(): void {
    // Nothing is held.
  }
}

const REDRAW_EVERY = 1_000;
const REDRAW_SOON = 50;

/** Draws below whatever was printed; each redraw goes back over the lines of the one before. */
class LiveTable {
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #output: ProgressOutput;
  readonly #environment: Environment;
  #height = 0;
  #soon: Timer | undefined;
  #tick: Timer | undefined;

  constructor(rows: ReadonlyMap<string, Row>, output: ProgressOutput, environment: Environment) {
    this.#rows = rows;
    this.#output = output;
    this.#environment = environment;
    this.#schedule();
  }

  changed(): void {
    this.#soon ??= this.#environment.timer(
      REDRAW_SOON,
      () => {
        this.#soon = undefined;
        this.#draw();
      },
      { unref: true },
    );
  }

  print(text: string): void {
    this.#output.write(`${this.#erased()}${text}\n`);
    this.#draw();
  }

  close(): void {
    this.#soon?.cancel();
    this.#tick?.cancel();
  }

  #schedule(): void {
    this.#tick = this.#environment.timer(
      REDRAW_EVERY,
      () => {
        this.#draw();
        this.#schedule();
      },
      { unref: true },
    );
  }

  #erased(): string {
    const up = this.#height > 0 ? `\u001b[${this.#height}A\r\u001b[J` : '';
    this.#height = 0;
    return up;
  }

  #draw(): void {
    const lines = this.#rows.size === 0 ? [] : this.#lines();
    this.#output.write(`${this.#erased()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#height = lines.length;
  }

  #lines(): string[] {
    const now = this.#environment.now();
    const shown = [...this.#rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const room = Math.max(3, (this.#output.rows || 24) - 3);
    const cells = shown
      .slice(0, room)
      .map((row) => [row.name, row.ready, row.phase, row.node, String(row.restarts), humanAge(row.created, now)]);
    const table = [['NAME', 'READY', 'STATUS', 'NODE', 'RESTARTS', 'AGE'], ...cells];
    const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
    const width = this.#output.columns || 80;
    const text = table.map((line, index) => {
      const flat = line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd()
        .slice(0, width);
      return index === 0 ? colors.dim(flat) : line[2] === 'Running' ? flat.replace('Running', colors.green('Running')) : flat;
    });
    return shown.length > room ? [...text, colors.dim(`… and ${shown.length - room} more`)] : text;
  }
}
