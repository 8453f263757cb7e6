import type { Schema, ValidationRule } from '../../schema/schema.js';
import { estimateCost } from '../cost-estimate.js';
import type { DeclaredType } from '../declared-type.js';
import type { Environment } from '../environment.js';
import { kubernetesFunctions } from '../functions/kubernetes.js';
import { CompilationError, Program } from '../program.js';
import type { Type } from '../types.js';
import { optionalOf } from '../types.js';
import { normalizedFieldPath } from './field-path.js';

/** A rule of a schema, compiled. What did not compile has no program and an error instead. */
export interface RuleProgram {
  readonly rule: ValidationRule;
  readonly program: Program | undefined;
  readonly error: string | undefined;
  readonly messageProgram: Program | undefined;
  readonly messageError: string | undefined;
  /** Whether it is about changes. */
  readonly usesOldSelf: boolean;
  /** As it stands in faults; undefined: the value itself is to blame. */
  readonly fieldPath: string | undefined;
}

/** The most that a rule and its message can cost, each time they are asked. */
export function ruleCosts(
  { program, messageProgram }: RuleProgram,
  declared: DeclaredType,
): { readonly rule: number; readonly message: number } {
  return {
    rule: program ? estimateCost(program.checked, declared) : 0,
    message: messageProgram ? estimateCost(messageProgram.checked, declared) : 0,
  };
}

/** Compiles a rule that stands at a schema of which data has the declared type. */
export function compileRule(rule: ValidationRule, schema: Schema, declared: DeclaredType): RuleProgram {
  const environment = environmentOf(declared.type, rule.optionalOldSelf === true);
  const main = compile(rule.rule ?? '', 'bool', environment, 'compilation failed: ', 'cel expression must evaluate to a bool');
  const message =
    rule.messageExpression === undefined || rule.messageExpression === '' || !main.program
      ? undefined
      : compile(
          rule.messageExpression,
          'string',
          environment,
          'messageExpression compilation failed: ',
          'messageExpression must evaluate to a string',
        );
  return {
    rule,
    ...main,
    messageProgram: message?.program,
    messageError: message?.error,
    usesOldSelf: main.program?.reads('oldSelf') ?? false,
    fieldPath: rule.fieldPath === undefined || rule.fieldPath === '' ? undefined : normalizedFieldPath(rule.fieldPath.trim(), schema),
  };
}

function environmentOf(self: Type, optionalOldSelf: boolean): Environment {
  const variables = new Map<string, Type>([
    ['self', self],
    ['oldSelf', optionalOldSelf ? optionalOf(self) : self],
  ]);
  return { variables, functions: kubernetesFunctions };
}

interface Outcome {
  readonly program: Program | undefined;
  readonly error: string | undefined;
}

function compile(source: string, wanted: Type['kind'], environment: Environment, failed: string, mistyped: string): Outcome {
  if (source.trim() === '') return { program: undefined, error: undefined };
  try {
    const program = new Program(source, environment);
    return program.type.kind === wanted ? { program, error: undefined } : { program: undefined, error: mistyped };
  } catch (error) {
    if (!(error instanceof CompilationError)) throw error;
    return { program: undefined, error: `${failed}${error.message}` };
  }
}
