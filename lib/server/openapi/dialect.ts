/** How one version of OpenAPI says what both versions know. */
export interface Dialect {
  readonly version: 2 | 3;
  /** What stands before the name of a schema in a reference. */
  readonly prefix: string;
}

/** Swagger, which `kubectl` asks for about lists of objects, and when a client-side apply patches a custom resource. */
export const V2: Dialect = { version: 2, prefix: '#/definitions/' };

/** What `kubectl explain` and server-side validation stand on. */
export const V3: Dialect = { version: 3, prefix: '#/components/schemas/' };

/** A node of an OpenAPI document. */
export type OpenApiSchema = Record<string, unknown>;
