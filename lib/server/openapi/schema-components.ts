import type { ResourceDefinition } from '../../api/resource-definition.js';
import { facts } from '../../api/schema/facts.js';
import type { TypeContext } from './built-in-types.js';
import { builtInType } from './built-in-types.js';
import { customList, customType } from './custom-types.js';
import type { Descriptions } from './descriptions.js';
import type { Dialect, OpenApiSchema } from './dialect.js';
import type { TypeReference } from './operation.js';
import { builtInName, customName } from './schema-names.js';

/** A group and a version in which some types are a kind of their own, such as DeleteOptions. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Gathers the schemas that a document needs: each named type once, however often it is referred to. */
export class SchemaComponents {
  readonly schemas: Record<string, OpenApiSchema> = {};
  readonly #context: TypeContext;
  readonly #everywhere: readonly GroupVersion[];

  /** `everywhere`: where the kinds that every group version has are at home. */
  constructor(dialect: Dialect, descriptions: Descriptions, everywhere: readonly GroupVersion[]) {
    this.#context = { dialect, descriptions, refer: (type) => this.#builtIn(type) };
    this.#everywhere = everywhere;
  }

  /** The schema of what a reference names. */
  refer(reference: TypeReference): OpenApiSchema {
    if (reference === 'string') return { type: 'string' };
    if ('type' in reference) return this.#builtIn(reference.type);
    return reference.list ? this.#list(reference.kind) : this.#kind(reference.kind);
  }

  #kind(definition: ResourceDefinition): OpenApiSchema {
    const type = definition.schema['x-kubelib-type'];
    if (type !== undefined) return this.#builtIn(type);
    const { group, version, kind } = definition;
    return this.#named(customName(definition), [{ group, kind, version }], () => customType(definition, this.#context));
  }

  #list(definition: ResourceDefinition): OpenApiSchema {
    const type = definition.schema['x-kubelib-type'];
    if (type !== undefined && facts.types[`${type}List`]) return this.#builtIn(`${type}List`);
    const { group, version, listKind: kind } = definition;
    return this.#named(customName({ group, version, kind }), [{ group, kind, version }], () =>
      customList(definition, this.#kind(definition), this.#context),
    );
  }

  #builtIn(type: string): OpenApiSchema {
    return this.#named(builtInName(type), kindsOf(type, this.#everywhere), () => builtInType(type, this.#context));
  }

  #named(name: string, kinds: readonly object[], make: () => OpenApiSchema): OpenApiSchema {
    if (!Object.hasOwn(this.schemas, name)) {
      this.schemas[name] = {}; // types may hold themselves
      this.schemas[name] = { ...make(), ...(kinds.length > 0 ? { 'x-kubernetes-group-version-kind': kinds } : {}) };
    }
    return { $ref: `${this.#context.dialect.prefix}${name}` };
  }
}

/** Which kinds a named type is, where it is one. */
function kindsOf(type: string, everywhere: readonly GroupVersion[]): readonly object[] {
  const { gvk = [] } = facts.types[type] ?? {};
  if (gvk === 'all') return everywhere.map(({ group, version }) => ({ group, kind: type.slice(type.lastIndexOf('.') + 1), version }));
  return gvk.map((one) => {
    const [group = '', version = '', kind = ''] = one.split('/');
    return { group, kind, version };
  });
}
