/** Why a pod fits no node: reasons and on how many nodes, and which predicates spoke. */
export class FitError {
  readonly #reasons = new Map<string, number>();
  readonly #predicates = new Set<string>();

  /** `nodes`: how many there are. */
  constructor(readonly nodes: number) {}

  add(predicate: string, reasons: readonly string[]): void {
    this.#predicates.add(predicate);
    for (const reason of reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  /** Names of the predicates that refused at least one node. */
  get predicates(): ReadonlySet<string> {
    return this.#predicates;
  }

  /** Kubernetes' own words: `0/2 nodes are available: 2 Insufficient cpu.` */
  get message(): string {
    if (this.nodes === 0) return 'no nodes available to schedule pods';
    const reasons = [...this.#reasons].map(([reason, count]) => `${count} ${reason}`).sort();
    return `0/${this.nodes} nodes are available${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}.`;
  }
}
