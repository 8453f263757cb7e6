import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { services } from '../../lib/api/core/services.js';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject } from '../../lib/api/object.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import { rolesFor } from '../../lib/controller/roles-for.js';

const shops = defineResource<KubeObject>({ group: 'demo.example.com', version: 'v1', kind: 'Shop', subresources: { status: true } });
const done = () => Promise.resolve();

describe('rolesFor', () => {
  const shopKeeper = controllerFor(shops)
    .named('shop-keeper')
    .owns(pods, services)
    .reads(secrets)
    .watches(nodes, () => [])
    .writes(configMaps)
    .reconcile(done);

  it('allows what was declared, and no more', () => {
    const { metadata, rules } = rolesFor([shopKeeper]);
    expect(metadata?.name).to.equal('shop-keeper');
    expect(rules?.map(({ apiGroups, resources, verbs }) => `${apiGroups?.join()} ${resources?.join()}: ${verbs.join()}`)).to.deep.equal([
      ' configmaps,pods,services: create,delete,get,list,patch,update,watch',
      ' events: create,patch,update',
      ' nodes,secrets: get,list,watch',
      'demo.example.com shops: get,list,patch,update,watch',
      'demo.example.com shops/finalizers: update',
      'demo.example.com shops/status: get,patch,update',
      'events.k8s.io events: create,patch,update',
    ]);
  });

  it('joins those of several controllers, and adds the lease of an election', () => {
    const counter = controllerFor(nodes).named('counter').reads(pods).reconcile(done);
    const { metadata, rules } = rolesFor([shopKeeper, counter], { leaderElection: true });
    expect(metadata?.name).to.equal('shop-keeper-counter');
    expect(rules).to.deep.include({ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] });
    expect(rules?.find(({ resources }) => resources?.includes('nodes'))?.verbs).to.include('patch');
    expect(rules?.filter(({ resources }) => resources?.includes('pods'))).to.have.lengthOf(1);
    expect(rolesFor([counter], { name: 'c' }).metadata?.name).to.equal('c');
  });
});
