import { expect } from 'chai';
import { parseFieldSelector } from '../../../lib/api/meta/field-selector.js';
import { StatusError } from '../../../lib/api/status-error.js';

describe('field selectors', () => {
  const reader = (fields: Record<string, string>) => (path: string) => fields[path] ?? '';

  it('compare fields with =, == and !=, all of them', () => {
    const selector = parseFieldSelector('metadata.name=a,status.phase!=Failed,spec.nodeName==n');
    expect(selector.matches(reader({ 'metadata.name': 'a', 'status.phase': 'Running', 'spec.nodeName': 'n' }))).to.equal(true);
    expect(selector.matches(reader({ 'metadata.name': 'a', 'status.phase': 'Failed', 'spec.nodeName': 'n' }))).to.equal(false);
    expect(selector.matches(reader({ 'metadata.name': 'b', 'status.phase': 'Running', 'spec.nodeName': 'n' }))).to.equal(false);
  });

  it('take an empty value as "unset"', () => {
    expect(parseFieldSelector('spec.nodeName=').matches(reader({}))).to.equal(true);
    expect(parseFieldSelector('spec.nodeName!=').matches(reader({}))).to.equal(false);
  });

  it('tell which fields they name, and which value they demand', () => {
    const selector = parseFieldSelector('metadata.name=a,status.phase!=Failed');
    expect(selector.fields).to.deep.equal(['metadata.name', 'status.phase']);
    expect(selector.exact('metadata.name')).to.equal('a');
    expect(selector.exact('status.phase')).to.equal(undefined);
    expect(parseFieldSelector('').empty).to.equal(true);
  });

  it('undo escapes, and print them again', () => {
    const selector = parseFieldSelector('a=x\\,y\\=z\\\\');
    expect(selector.exact('a')).to.equal('x,y=z\\');
    expect(selector.toString()).to.equal('a=x\\,y\\=z\\\\');
  });

  it('refuse what they cannot understand', () => {
    for (const text of ['a', 'a=b,c', 'a=\\x', 'a=b=c'])
      expect(() => parseFieldSelector(text), text)
        .to.throw(StatusError)
        .with.property('code', 400);
  });
});
