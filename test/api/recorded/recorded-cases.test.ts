import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { StatusError } from '../../../lib/api/status-error.js';
import type { Loose } from './pipeline.js';
import { Pipeline } from './pipeline.js';
import { NEEDS_MORE } from './needs-more.js';

interface Step {
  readonly do?: string;
  readonly body?: unknown;
  readonly patch?: string;
  readonly headers?: object;
  readonly header?: object;
  readonly watch?: string;
  readonly until?: object;
  readonly see?: readonly string[] | '*';
  readonly save?: Readonly<Record<string, string>>;
  readonly expect?: {
    readonly code: number;
    readonly reason?: string;
    readonly kind?: string;
    readonly causes?: readonly string[];
    readonly see?: Record<string, unknown>;
  };
}
interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly namespace?: boolean;
}

const PATH = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;
const cases = ['validation', 'defaulting'].flatMap((file) => JSON.parse(readFileSync(`test/api-cases/${file}.json`, 'utf8')) as Case[]);

const served = new Pipeline();

/** Whether the path leads to a kind that is known here. */
function isServed(request: string): boolean {
  const [, group = '', version = '', , plural = ''] = PATH.exec(request.split(' ')[1] ?? '') ?? [];
  return served.definition(group, version, plural) !== undefined;
}

/** Plain reads and writes of one kind; the rest is for a server. */
const isPure = ({ steps, name }: Case) =>
  !NEEDS_MORE.some((part) => name.includes(part)) &&
  steps.every(
    ({ do: request, headers, header, watch, until, patch, see }) =>
      request !== undefined &&
      isServed(request) &&
      !headers &&
      !header &&
      !watch &&
      !until &&
      patch !== 'apply' &&
      patch !== 'strategic' &&
      see !== '*' &&
      !request.includes('?'),
  );

describe('recorded answers of a real server', () => {
  for (const recorded of cases.filter(isPure)) it(recorded.name, () => replay(recorded));

  it('are many', () => {
    expect(cases.filter(isPure).length).to.be.greaterThan(180);
  });
});

async function replay({ steps, namespace }: Case): Promise<void> {
  const pipeline = new Pipeline();
  const variables: Record<string, unknown> = { NS: 'c-ns', ID: 'aid1' };
  for (const step of steps) {
    const [method = '', path = ''] = String(fill(step.do, variables)).split(' ');
    const { code, body } = await answerOf(() =>
      perform(pipeline, method, path, step.patch, fill(step.body, variables), namespace !== false),
    );
    const { code: wanted, reason, causes, see } = step.expect!;
    const facts = `${step.do} ${JSON.stringify(step.body)} → ${JSON.stringify(body).slice(0, 600)}`;
    expect(code, facts).to.equal(wanted);
    if (reason !== undefined) expect((body as { reason?: string }).reason, facts).to.equal(reason);
    if (causes !== undefined) expect(causesOf(body), facts).to.deep.equal(fill(causes, variables));
    for (const [place, value] of Object.entries(see ?? {}))
      if (!isVolatile(value)) expect(at(body, place) ?? '<absent>', `${place}: ${facts}`).to.deep.equal(fill(value, variables));
    for (const [name, from] of Object.entries(step.save ?? {})) variables[name] = at(body, from);
  }
}

async function perform(
  pipeline: Pipeline,
  method: string,
  path: string,
  patch: string | undefined,
  body: unknown,
  namespaced: boolean,
): Promise<{ code: number; body: unknown }> {
  const [, group = '', version = '', namespace, first = '', second, third] = PATH.exec(path) ?? [];
  const definition = pipeline.definition(group, version, first);
  if (!definition) throw new Error(`no such resource: ${path}`);
  if (definition.namespaced && namespaced && namespace !== 'c-ns') throw new Error(`another namespace: ${path}`);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  switch (method) {
    case 'POST':
      return { code: 201, body: pipeline.create(definition, namespace, text) };
    case 'PUT':
      return { code: 200, body: pipeline.update(definition, namespace, second!, third, text) };
    case 'PATCH':
      return { code: 200, body: await pipeline.patch(definition, namespace, second!, third, patch!, body) };
    default:
      return { code: 200, body: pipeline.get(definition, namespace, second!) };
  }
}

async function answerOf(run: () => Promise<{ code: number; body: unknown }>): Promise<{ code: number; body: unknown }> {
  try {
    return await run();
  } catch (error) {
    if (StatusError.is(error)) return { code: error.code, body: error.toStatus() };
    throw error;
  }
}

function causesOf(body: unknown): string[] {
  const { details } = body as { details?: { causes?: { reason: string; field: string }[] } };
  return [...new Set((details?.causes ?? []).map(({ reason, field }) => `${reason} ${field}`))].sort();
}

function fill(template: unknown, variables: Record<string, unknown>): unknown {
  if (typeof template === 'string') {
    const whole = /^\$\{?([A-Z][A-Z0-9_]*)\}?$/.exec(template)?.[1];
    if (whole !== undefined && whole in variables) return variables[whole];
    return template.replace(/\$\{?([A-Z][A-Z0-9_]*)\}?/g, (match, name: string) => (name in variables ? String(variables[name]) : match));
  }
  if (Array.isArray(template)) return template.map((item) => fill(item, variables));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [String(fill(key, variables)), fill(value, variables)]));
}

/** Placeholders for what differs from run to run. */
function isVolatile(value: unknown): boolean {
  return /<(uuid|time|microtime|rv|ip|port|generated|hash)>/.test(JSON.stringify(value));
}

function at(value: unknown, path: string): unknown {
  let values: unknown[] = [value];
  let many = false;
  for (const [text, index, quoted, plain] of path.matchAll(/\[\*\]|\[(\d+)\]|\['([^']*)'\]|([^.[\]]+)/g)) {
    if (text === '[*]') {
      many = true;
      values = values.flatMap((item) => (Array.isArray(item) ? (item as unknown[]) : []));
    } else values = values.map((item) => (item as Loose | null | undefined)?.[index ?? quoted ?? plain ?? '']);
  }
  return many ? values.map((item) => item ?? null) : values[0];
}
