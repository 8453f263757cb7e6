import { expect } from 'chai';
import fc from 'fast-check';
import { besidePath, directoryKey, directoryOf, keyOf, pathOf } from '../../../lib/storage/etcd-v2/key-path.js';

describe('the path of a key in etcd v2', () => {
  const table: Readonly<Record<string, string>> = {
    '/registry/minions/node-1': '/registry/minions/node-1',
    '/registry/pods/default/web-1.abc': '/registry/pods/default/web-1.abc',
    '/registry/example.com/größe/a b': '/registry/example.com/größe/a b',
    '/registry/_hidden/a_b': '/registry/%5Fhidden/a_b',
    '/a/../b/./...': '/a/%2E./b/%2E/...',
    '/a//b/': '/a/%/b/%',
    '/100%/%41': '/100%25/%2541',
    '/': '/%',
  };
  for (const [key, path] of Object.entries(table)) {
    it(`is ${path} for ${key}`, () => {
      expect(pathOf(key)).to.equal(path);
      expect(keyOf(path)).to.equal(key);
    });
  }

  it('is none for what does not begin with a slash', () => {
    expect(pathOf('a/b')).to.equal(undefined);
    expect(pathOf('')).to.equal(undefined);
  });

  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('', '.', '..', '_', '%', '%%', '_%', '%25', '%2E', 'a%'),
    fc.string({ unit: 'grapheme' }),
  );
  const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);

  it('gives the key back, on its own place and beside a directory', () => {
    fc.assert(
      fc.property(key, (one) => {
        expect(keyOf(pathOf(one)!)).to.equal(one);
        expect(keyOf(besidePath(pathOf(one)!))).to.equal(one);
        expect(directoryKey(pathOf(one)!)).to.equal(one);
        expect(directoryKey(besidePath(pathOf(one)!))).to.equal(undefined); // which is never a directory of ours
      }),
    );
  });

  it('is one that etcd neither hides nor changes', () => {
    fc.assert(
      fc.property(key, (one) => {
        for (const name of pathOf(one)!.slice(1).split('/')) {
          expect(name.startsWith('_')).to.equal(false);
          expect(['', '.', '..']).not.to.include(name);
        }
      }),
    );
  });

  it('is below the directory of every prefix of the key', () => {
    fc.assert(
      fc.property(key, fc.nat(), (one, end) => {
        const directory = directoryOf(one.slice(0, end % (one.length + 1)))!;
        expect(directory === '' || pathOf(one)!.startsWith(`${directory}/`)).to.equal(true);
      }),
    );
  });

  it('has no key where the name is none that would be written', () => {
    for (const path of ['/a/%41', '/a/%zz', '/_a', '/a/%5Fb%25c/%2e', '/a%/b']) expect(keyOf(path), path).to.equal(undefined);
  });
});
