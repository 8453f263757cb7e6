import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadManifests, parseManifest } from '../../lib/cli/manifests.js';
import { temporaryDirectory } from '../support/kubelib-process.js';

describe('manifests', () => {
  it('are read document by document; empty ones are left out, Lists unfolded', () => {
    const objects = parseManifest(
      'all.yaml',
      'kind: List\napiVersion: v1\nitems:\n- {kind: A, apiVersion: v1}\n- {kind: B, apiVersion: v1}\n---\n---\nkind: C\napiVersion: v1\n',
    );
    expect(objects.map(({ object, origin }) => [object.kind, origin])).to.deep.equal([
      ['A', 'all.yaml (document 1)'],
      ['B', 'all.yaml (document 1)'],
      ['C', 'all.yaml (document 3)'],
    ]);
  });

  it('read 0755 as kubectl does', () => {
    expect(parseManifest('mode.yaml', 'kind: A\napiVersion: v1\nmode: 0755\n')[0]?.object).to.have.property('mode', 0o755);
  });

  it('of a folder come in the order of their names', async () => {
    const directory = temporaryDirectory();
    const { path } = directory;
    try {
      for (const name of ['20-b.yaml', '10-a.yml', '30-c.json', 'notes.md'])
        writeFileSync(join(path, name), JSON.stringify({ kind: name, apiVersion: 'v1' }));
      mkdirSync(join(path, 'deeper.d'));
      expect((await loadManifests([path])).map(({ object }) => object.kind)).to.deep.equal(['10-a.yml', '20-b.yaml', '30-c.json']);
    } finally {
      directory.remove();
    }
  });

  it('say file, document and what is wrong', async () => {
    expect(() => parseManifest('bad.yaml', 'a: [')).to.throw(/^bad\.yaml: /);
    expect(() => parseManifest('bad.yaml', 'a: 1\n---\n- 2\n')).to.throw(
      'bad.yaml (document 1): not a Kubernetes object: it needs apiVersion and kind',
    );
    const missing = await loadManifests(['/nowhere.yaml']).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(missing).to.equal('cannot read /nowhere.yaml: no such file or folder');
  });
});
