import { expect } from 'chai';
import { customResourceDefinitions } from '../../../lib/api/custom-resources/custom-resource-definitions.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { crdOf, versionOf } from './crd-of.js';

const SPEC = 'spec.validation.openAPIV3Schema.properties[spec]';
const WHOLE = 'spec.validation.openAPIV3Schema';
const COST_HINT =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

/** What is wrong with a definition whose `spec` has this schema, as `type field: message`. */
function faultsOf(spec: object): readonly string[] {
  const { rules } = customResourceDefinitions;
  const { object } = decode(customResourceDefinitions, crdOf([versionOf('v1', spec)]));
  const crd = object;
  rules.default!(crd);
  rules.prepareCreate!(crd, { now: 0, random: () => 0 });
  return rules.validate!(crd).map(({ type, field, message }) => `${type} ${field.replace(SPEC, '~').replace(WHOLE, '^')}: ${message}`);
}

const ruled = (schema: object, ...rules: (string | object)[]) => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const integer = { type: 'integer' };
const object = (properties: object, ...rules: (string | object)[]) => ruled({ type: 'object', properties }, ...rules);
const RULE = '~.x-kubernetes-validations[0]';

describe('rules of a definition', () => {
  it('may be right', () => {
    expect(
      faultsOf(
        object({ a: integer }, 'self.a > 0', { rule: 'self == oldSelf', message: 'no', reason: 'FieldValueForbidden', fieldPath: '.a' }),
      ),
    ).to.deep.equal([]);
  });

  it('must be given, and say what they say in one line', () => {
    const at = (rule: object) => faultsOf(object({ a: integer }, rule));
    expect(at({ rule: ' ' })).to.deep.equal([`Required ${RULE}.rule: Required value: rule is not specified`]);
    expect(at({ rule: 'true', message: ' ' })[0]).to.include('message must be non-empty if specified');
    expect(at({ rule: 'true', message: 'a\nb' })[0]).to.include('message must not contain line breaks');
    expect(at({ rule: 'true &&\ntrue' })).to.deep.equal([
      `Required ${RULE}.message: Required value: message must be specified if rule contains line breaks`,
    ]);
    expect(at({ rule: 'true', messageExpression: ' ' })[0]).to.include('messageExpression must be non-empty if specified');
    expect(at({ rule: 'true', reason: 'Whim' })[0]).to.include(`NotSupported ${RULE}.reason`);
    expect(at({ rule: 'true', fieldPath: '.b' })[0]).to.equal(
      `Invalid ${RULE}.fieldPath: Invalid value: ".b": fieldPath must be a valid path`,
    );
    expect(at({ rule: 'true', fieldPath: 'a' })[0]).to.include('fieldPath must be a valid path');
  });

  it('must compile, and faults show the place', () => {
    expect(faultsOf(ruled(integer, 'self >'))).to.deep.equal([
      `Invalid ${RULE}.rule: Invalid value: apiextensions.ValidationRule{Rule:"self >", Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}: ` +
        "compilation failed: ERROR: <input>:1:7: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self >\n | ......^",
    ]);
    expect(faultsOf(object({ a: integer }, 'self.nope == 1'))[0]).to.include(
      "compilation failed: ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^",
    );
    expect(faultsOf(ruled(integer, "self == 'one'"))[0]).to.include("found no matching overload for '_==_' applied to '(int, string)'");
    expect(faultsOf(ruled(integer, 'self + 1'))[0]).to.include('cel expression must evaluate to a bool');
    expect(faultsOf(ruled(integer, { rule: 'self > 1', messageExpression: 'self' }))[0]).to.include(
      `${RULE}.messageExpression: Invalid value: apiextensions.ValidationRule{`,
    );
    expect(faultsOf(ruled(integer, { rule: 'self > 1', messageExpression: '42' }))[0]).to.include(
      'messageExpression must evaluate to a string',
    );
  });

  it('wait until the schema is right', () => {
    expect(faultsOf(object({ a: { type: 'nothing' } }, 'self.a > nope')).map((said) => said.split(':', 1)[0])).to.deep.equal([
      'NotSupported ~.properties[a].type',
    ]);
  });

  it('can be about changes only where old and new can be told to be the same', () => {
    const list = (type?: string) => ({
      type: 'array',
      maxItems: 9,
      items: object({ k: { type: 'string' }, n: ruled(integer, 'self == oldSelf') }),
      ...(type === undefined ? {} : { 'x-kubernetes-list-type': type }),
    });
    expect(faultsOf(object({ l: list() }))).to.deep.equal([
      'Invalid ~.properties[l].items.properties[n].x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": ' +
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${SPEC}.properties[l]`,
    ]);
    const keyed = { ...list('map'), 'x-kubernetes-list-map-keys': ['k'] };
    keyed.items = { ...keyed.items, required: ['k'] } as typeof keyed.items;
    expect(faultsOf(object({ l: keyed }))).to.deep.equal([]);
    expect(faultsOf(ruled(integer, { rule: 'self > 0', optionalOldSelf: true }))[0]).to.include(
      'may not be set if oldSelf is not used in rule',
    );
  });

  it('may cost only so much each, with the factor by which they do not', () => {
    const list = (maxItems: number) =>
      ruled({ type: 'array', maxItems, items: { type: 'string', maxLength: 63 } }, "self.all(x, x.contains('gpu'))");
    expect(faultsOf(list(333_333))).to.deep.equal([]);
    expect(faultsOf(list(333_334))).to.deep.equal([
      `Forbidden ${RULE}.rule: Forbidden: estimated rule cost exceeds budget by factor of 1.000002x ${COST_HINT}`,
    ]);
    expect(faultsOf(list(2_000_000))).to.deep.equal([
      `Forbidden ${RULE}.rule: Forbidden: estimated rule cost exceeds budget by factor of 6.0x ${COST_HINT}`,
    ]);
  });

  it('may cost only so much together; the dearest are named', () => {
    const unlimited = ruled({ type: 'array', items: { type: 'string' } }, "self.all(x, x.contains('gpu'))");
    expect(faultsOf(unlimited)).to.deep.equal([
      `Forbidden ${RULE}.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${COST_HINT}`,
      `Forbidden ${RULE}.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `Forbidden ^: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${COST_HINT}`,
    ]);
    const nearly = { type: 'array', maxItems: 300_000, items: { type: 'string', maxLength: 63 } };
    const many = Array.from({ length: 12 }, () => "self.all(x, x.contains('gpu'))");
    const said = faultsOf(ruled(nearly, ...many));
    expect(said.slice(0, 4).every((one) => one.includes('contributed to'))).to.equal(true);
    expect(said.slice(4)).to.deep.equal([
      `Forbidden ^: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 1.080000x ${COST_HINT}`,
    ]);
  });

  it('cost as often as there can be values of them', () => {
    const dear = ruled({ type: 'array', maxItems: 100, items: { type: 'string', maxLength: 63 } }, "self.all(x, x.contains('gpu'))");
    const within = (maxItems?: number) =>
      faultsOf(object({ l: { type: 'array', items: dear, ...(maxItems === undefined ? {} : { maxItems }) } }));
    expect(within(3000)).to.deep.equal([]);
    expect(within(4000)[0]).to.include('estimated rule cost exceeds budget by factor of 1.2');
    expect(within()[0]).to.include('exceeds budget by factor of more than 100x');
  });

  it('price messages too', () => {
    const said = faultsOf(object({ min: integer }, { rule: 'self.min > 0', messageExpression: "'min is ' + string(self.min)" }));
    expect(said[0]).to.equal(
      `Forbidden ${RULE}.messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x ${COST_HINT}`,
    );
    expect(faultsOf(object({ min: integer }, { rule: 'self.min > 0', messageExpression: "'min is %d'.format([self.min])" }))).to.deep.equal(
      [],
    );
  });

  it('hold for defaults', () => {
    expect(faultsOf(object({ a: ruled({ ...integer, default: 0 }, 'self > 0') }))).to.deep.equal([
      'Invalid ~.properties[a].default: Invalid value: "integer": failed rule: self > 0',
    ]);
    expect(faultsOf(object({ a: ruled({ ...integer, default: 1 }, 'self > 0') }))).to.deep.equal([]);
  });

  it('stand in allOf, but in no choice', () => {
    const outer = { type: 'object', properties: { a: integer } };
    expect(faultsOf({ ...outer, allOf: [ruled({}, 'self.a > 0')] })).to.deep.equal([]);
    expect(faultsOf({ ...outer, allOf: [ruled({}, 'self.b > 0')] })[0]).to.include('~.allOf[0].x-kubernetes-validations[0].rule: ');
    for (const word of ['anyOf', 'oneOf'])
      expect(faultsOf({ ...outer, [word]: [ruled({}, 'self.a > 0')] })[0]).to.equal(
        `Forbidden ~.${word}[0].x-kubernetes-validations: Forbidden: must be empty to be structural`,
      );
  });

  it('see nothing of data without a structure', () => {
    expect(faultsOf(object({ a: ruled({ 'x-kubernetes-preserve-unknown-fields': true }, 'self != null') }))[0]).to.include(
      'InternalError ~.properties[a].x-kubernetes-validations: Internal error: internal error: failed to construct type information',
    );
  });
});
