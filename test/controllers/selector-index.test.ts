import { expect } from 'chai';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import { SelectorIndex } from '../../lib/controllers/selector-index.js';

describe('index of selectors', () => {
  let index: SelectorIndex;
  const object = (name: string, labels: Record<string, string> = {}, namespace = 'default'): Stored<KubeObject> => ({
    apiVersion: 'v1',
    kind: 'Any',
    metadata: { name, namespace, labels, uid: name, resourceVersion: '1', creationTimestamp: '2025-01-01T00:00:00Z' },
  });
  const selecting = (labels: Record<string, string>, namespace?: string) => index.selecting(object('one', labels, namespace));

  beforeEach(() => {
    index = new SelectorIndex();
    index.set(object('web'), { matchLabels: { app: 'web' } });
    index.set(object('front'), { matchLabels: { app: 'web', tier: 'front' } });
    index.set(object('any'), { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] });
    index.set(object('both'), { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'old', operator: 'DoesNotExist' }] });
  });

  it('finds by labels and by expressions', () => {
    expect(selecting({ app: 'web' })).to.have.members(['default/web', 'default/any']);
    expect(selecting({ app: 'web', tier: 'front' })).to.have.members(['default/web', 'default/front', 'default/any']);
    expect(selecting({ app: 'db' })).to.have.members(['default/any', 'default/both']);
    expect(selecting({ app: 'db', old: 'yes' })).to.deep.equal(['default/any']);
    expect(selecting({})).to.deep.equal([]);
  });

  it('finds nothing of other namespaces', () => {
    expect(selecting({ app: 'web', tier: 'front' }, 'other')).to.deep.equal([]);
  });

  it('takes over a new selector, and forgets what is deleted', () => {
    index.set(object('web'), { matchLabels: { app: 'db' } });
    index.delete('default/any');
    expect(selecting({ app: 'web' })).to.deep.equal([]);
    expect(selecting({ app: 'db' })).to.have.members(['default/web', 'default/both']);
  });

  it('takes an absent or empty selector for one that selects nothing', () => {
    for (const selector of [undefined, {}, { matchLabels: {}, matchExpressions: [] }]) index.set(object('web'), selector);
    expect(index.has('default/web')).to.equal(false);
  });
});
