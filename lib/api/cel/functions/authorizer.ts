import type { Overload } from '../overload.js';
import { OPAQUE_NAMES, overload } from '../signature.js';
import type { Value } from '../values.js';
import { Opaque } from '../values.js';

/** What is asked of an authorizer: about a resource, or about a path. */
export interface Question {
  /** Default: whoever makes the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Of the API, or of HTTP for a path. */
  readonly verb?: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** Why there was no decision; empty: there was. */
  readonly error: string;
}

/** An authorizer on its way to a question. */
class Asking extends Opaque {
  constructor(
    readonly typeName: string,
    readonly question: Question,
    readonly decide: (question: Question) => Decision,
  ) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof Asking && JSON.stringify(other.question) === JSON.stringify(this.question);
  }
}

class Decided extends Opaque {
  readonly typeName = OPAQUE_NAMES['Decision']!;

  constructor(readonly decision: Decision) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof Decided && JSON.stringify(other.decision) === JSON.stringify(this.decision);
  }
}

/** The value of the variable `authorizer`. */
export function authorizerValue(decide: (question: Question) => Decision): Opaque {
  return new Asking(OPAQUE_NAMES['Authorizer']!, {}, decide);
}

/** Two checks are all that an expression can afford. */
const CHECK_COST = 350_000;
const decisionOf = (value: Value | undefined) => (value as Decided).decision;

function narrowed(form: string, result: string, part: keyof Question): Overload {
  return overload(`<${form}>.${part}(string): ${result}`, ([asking, value]) => {
    const { question, decide } = asking as Asking;
    return new Asking(OPAQUE_NAMES[result]!, { ...question, [part]: value }, decide);
  });
}

function checked(form: string): Overload {
  return overload(
    `<${form}>.check(string): Decision`,
    ([asking, verb]) => {
      const { question, decide } = asking as Asking;
      return new Decided(decide({ ...question, verb: verb as string }));
    },
    { cost: () => CHECK_COST },
  );
}

/** Kubernetes' library of authorization checks, for expressions about requests. */
export const authorizers: readonly Overload[] = [
  overload('<Authorizer>.serviceAccount(string, string): Authorizer', ([asking, namespace, name]) => {
    const { typeName, question, decide } = asking as Asking;
    return new Asking(typeName, { ...question, serviceAccount: { namespace: namespace as string, name: name as string } }, decide);
  }),
  narrowed('Authorizer', 'PathCheck', 'path'),
  checked('PathCheck'),
  narrowed('Authorizer', 'GroupCheck', 'group'),
  narrowed('GroupCheck', 'ResourceCheck', 'resource'),
  narrowed('ResourceCheck', 'ResourceCheck', 'subresource'),
  narrowed('ResourceCheck', 'ResourceCheck', 'namespace'),
  narrowed('ResourceCheck', 'ResourceCheck', 'name'),
  narrowed('ResourceCheck', 'ResourceCheck', 'fieldSelector'),
  narrowed('ResourceCheck', 'ResourceCheck', 'labelSelector'),
  checked('ResourceCheck'),
  overload('<Decision>.allowed(): bool', ([decision]) => decisionOf(decision).allowed),
  overload('<Decision>.reason(): string', ([decision]) => decisionOf(decision).reason),
  overload('<Decision>.errored(): bool', ([decision]) => decisionOf(decision).error !== ''),
  overload('<Decision>.error(): string', ([decision]) => decisionOf(decision).error),
];
