import { expect } from 'chai';
import { NumberText } from '../../../lib/api/schema/number-text.js';
import { parseJson } from '../../../lib/api/schema/parse-json.js';
import { StatusError } from '../../../lib/api/status-error.js';

const refused = (body: string | Uint8Array) =>
  expect(() => parseJson(body), body.toString().slice(0, 40))
    .to.throw(StatusError)
    .with.property('code', 400);

describe('parseJson', () => {
  it('parses text and bytes, also with a byte order mark', () => {
    expect(parseJson('{"a":[1,true,null,"x"]}').value).to.deep.equal({ a: [1, true, null, 'x'] });
    expect(parseJson(Buffer.from('{"ü":"😀"}')).value).to.deep.equal({ ü: '😀' });
    expect(parseJson('\ufeff{"a":1}').value).to.deep.equal({ a: 1 });
  });

  it('refuses what is no JSON', () => {
    for (const body of ['', '{', '{"a":1} {}', '{"a":1} x', '{"a":1}}', "{'a':1}", '{"a":NaN}', 'undefined']) refused(body);
  });

  it('refuses nesting over 100 levels, not brackets in texts', () => {
    refused('['.repeat(101) + ']'.repeat(101));
    refused('{"a":'.repeat(101) + '1' + '}'.repeat(101));
    expect(parseJson('['.repeat(100) + ']'.repeat(100)).value).to.have.length(1);
    expect(parseJson(JSON.stringify({ a: '['.repeat(500) })).value).to.have.property('a');
    refused('['.repeat(200_000));
  });

  it('refuses the member __proto__, however it is spelled', () => {
    refused('{"__proto__":{"polluted":1}}');
    refused('{"a":[{"__pr\\u006fto__":1}]}');
    expect(parseJson('{"constructor":1,"toString":2}').value).to.deep.equal({ constructor: 1, toString: 2 });
    expect({}).not.to.have.property('polluted');
  });

  it('names fields that stand twice, and takes the last', () => {
    const { value, duplicateFields } = parseJson('{"a":1,"b":{"c":[{"d":1,"d":2}]},"a":3}');
    expect(value).to.deep.equal({ a: 3, b: { c: [{ d: 2 }] } });
    expect(duplicateFields).to.have.members(['a', 'b.c[0].d']);
    expect(parseJson('{"a":{"x":1},"b":{"x":1}}').duplicateFields).to.deep.equal([]);
    expect(parseJson('{"a":"b:c","\\"":":"}').duplicateFields).to.deep.equal([]);
  });

  it('keeps how numbers were written, when asked', () => {
    const body = '{"a":2.0,"b":1e3,"c":12345678901234567890,"d":-5,"e":"1.5"}';
    const { value } = parseJson(body, { exactNumbers: true });
    const { a, b, c, d, e } = value as Record<string, unknown>;
    expect([a, b, c]).to.satisfy((all: unknown[]) => all.every((one) => one instanceof NumberText));
    expect((a as NumberText).text).to.equal('2.0');
    expect((c as NumberText).text).to.equal('12345678901234567890');
    expect([d, e]).to.deep.equal([-5, '1.5']);
    expect(parseJson(body).value).to.have.property('a', 2);
  });

  it('replaces halves of characters', () => {
    expect(parseJson('{"a":"x\\ud800y","b":["\\udc00"],"\\ud801":1}').value).to.deep.equal({ a: 'x\ufffdy', b: ['\ufffd'], '\ufffd': 1 });
    expect(parseJson('{"a":"\\ud83d\\ude00"}').value).to.deep.equal({ a: '😀' });
  });

  it('is not slowed down by long strings', () => {
    const text = '\\"x'.repeat(500_000);
    const { value } = parseJson(`{"a":"${text}","b":1.5,"a":"${text}"}`, { exactNumbers: true });
    expect((value as { a: string }).a).to.have.length(1_000_000);
  });
});
