import { expect } from 'chai';
import { controllerOf, ownerReference } from '../../../lib/api/meta/owner-references.js';

describe('owner references', () => {
  const owner = {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'rc', uid: 'u-1', resourceVersion: '1', creationTimestamp: '2024-01-01T00:00:00Z' },
  };

  it('name the owner, as its controller by default', () => {
    expect(ownerReference(owner)).to.deep.equal({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      name: 'rc',
      uid: 'u-1',
      controller: true,
      blockOwnerDeletion: true,
    });
    expect(ownerReference(owner, { controller: false }).controller).to.equal(false);
  });

  it('lead back to the one that is the controller', () => {
    const ownerReferences = [ownerReference(owner, { controller: false }), { ...ownerReference(owner), uid: 'u-2' }];
    expect(controllerOf({ metadata: { ownerReferences } })?.uid).to.equal('u-2');
    expect(controllerOf({ metadata: {} })).to.equal(undefined);
    expect(controllerOf({})).to.equal(undefined);
  });
});
