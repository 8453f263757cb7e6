import type { Environment } from '../cel/environment.js';
import { kubernetesFunctions } from '../cel/functions/kubernetes.js';
import { CompilationError, Program } from '../cel/program.js';
import { OPAQUE_NAMES } from '../cel/signature.js';
import type { Type } from '../cel/types.js';
import { BOOL, DYN, listOf, mapOf, STRING } from '../cel/types.js';
import type { Faults } from '../validation/faults.js';

/** What an expression about requests must come to. */
export type Wanted = 'bool' | 'string' | 'string or null' | 'anything';

const object = (name: string, fields: Readonly<Record<string, Type>>): Type => ({
  kind: 'object',
  name: `kubernetes.${name}`,
  fields: new Map(Object.entries(fields)),
});
const opaque = (name: string): Type => ({ kind: 'opaque', name: OPAQUE_NAMES[name]!, parameters: [] });

const KIND = object('GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = object('GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
const USER = object('UserInfo', { username: STRING, uid: STRING, groups: listOf(STRING), extra: mapOf(STRING, listOf(STRING)) });
const REQUEST = object('AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

/** The variables of expressions about requests. Of the objects nothing is known when an expression is written. */
export class AdmissionExpressions {
  readonly #variables = new Map<string, Type>([
    ['object', DYN],
    ['oldObject', DYN],
    ['request', REQUEST],
    ['authorizer', opaque('Authorizer')],
    ['authorizer.requestResource', opaque('ResourceCheck')],
  ]);
  readonly #composed = new Map<string, Type>();

  /** `ofPolicy`: it sees the namespace, and the policy's variables. `hasParams`: parameters too. */
  constructor({ ofPolicy = false, hasParams = false } = {}) {
    if (hasParams) this.#variables.set('params', DYN);
    if (!ofPolicy) return;
    this.#variables.set('namespaceObject', DYN);
    this.#variables.set('variables', { kind: 'object', name: 'kubernetes.variables', fields: this.#composed });
  }

  /** Adds a fault when an expression, which must not be empty, does not compile or comes to something else than is wanted. */
  check(faults: Faults, path: string, expression: string, wanted: Wanted): Type | undefined {
    const environment: Environment = { variables: this.#variables, functions: kubernetesFunctions };
    try {
      const { type } = new Program(expression, environment);
      if (isWanted(type, wanted)) return type;
      faults.invalid(path, expression, `must evaluate to ${wanted}`);
    } catch (error) {
      if (!(error instanceof CompilationError)) throw error;
      faults.invalid(path, expression, `compilation failed: ${error.message}`);
    }
    return undefined;
  }

  /** Lets what follows see a value as `variables.name`. */
  define(name: string, type: Type | undefined): void {
    this.#composed.set(name, type ?? DYN);
  }
}

function isWanted({ kind }: Type, wanted: Wanted): boolean {
  return wanted === 'anything' || kind === 'dyn' || wanted.split(' or ').includes(kind);
}
