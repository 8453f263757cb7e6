/** Where a connection can go: one ready address of a Service port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** `namespace/name` of the pod behind it, where there is one. */
  readonly pod?: string;
  /** Connections (TCP) or sessions (UDP) that are open through this proxy now. */
  readonly connections: number;
}

/** A connection to balance. */
export interface Connection {
  /** `namespace/name:port name` of the Service port. */
  readonly service: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly clientAddress: string;
  readonly clientPort: number;
}

/** Chooses an endpoint for each new connection; one instance a Service port. Must be fast and synchronous. */
export interface Balancer {
  /** `undefined`: refuse. `endpoints` is in stable order, never empty, and new whenever it changed. */
  pick(connection: Connection, endpoints: readonly Endpoint[]): Endpoint | undefined;
}

/** Makes the balancer of one Service port. */
export type BalancerFactory = () => Balancer;
