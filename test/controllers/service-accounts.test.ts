import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { namespaces } from '../../lib/api/core/namespaces.js';
import { serviceAccounts } from '../../lib/api/core/service-accounts.js';
import { namespaceController } from '../../lib/controllers/namespace/namespace-controller.js';
import { serviceAccountsController } from '../../lib/controllers/service-accounts/service-accounts-controller.js';
import { running } from './running.js';
import type { Running } from './running.js';

describe('service accounts controller', () => {
  let cluster: Running;

  beforeEach(async () => {
    cluster = await running([serviceAccountsController({ ca: 'PEM' }), namespaceController()]);
    await cluster.registry(namespaces).create({ metadata: { name: 't' } });
    await cluster.settle();
  });

  afterEach(() => cluster.stop());

  const rootCa = () => cluster.find(configMaps, 'kube-root-ca.crt', 't');
  const account = () => cluster.find(serviceAccounts, 'default', 't');

  it('gives each namespace its default account and the root certificate', async () => {
    expect(await account()).not.to.equal(undefined);
    expect((await rootCa())?.data).to.deep.equal({ 'ca.crt': 'PEM' });
    expect((await cluster.all(serviceAccounts)).map(({ metadata }) => metadata.namespace)).to.have.members([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
      't',
    ]);
  });

  it('makes them again when they are deleted, and corrects the certificate', async () => {
    const uid = (await account())?.metadata.uid;
    await cluster.registry(serviceAccounts).delete({ name: 'default', namespace: 't' });
    await cluster
      .registry(configMaps)
      .modify({ name: 'kube-root-ca.crt', namespace: 't' }, (current) => ({ ...current, data: { 'ca.crt': 'other' } }));
    await cluster.settle();
    expect((await account())?.metadata.uid).not.to.be.oneOf([undefined, uid]);
    expect((await rootCa())?.data).to.deep.equal({ 'ca.crt': 'PEM' });
  });

  it('does not hold up a namespace that goes', async () => {
    await cluster.registry(namespaces).delete({ name: 't' });
    await cluster.settle(2000);
    expect(await cluster.find(namespaces, 't')).to.equal(undefined);
    expect(cluster.logger.messages('warn')).to.deep.equal([]);
  });

  it('makes no ConfigMap without a certificate', async () => {
    const other = await running([serviceAccountsController()]);
    await other.settle();
    expect(await other.all(configMaps)).to.deep.equal([]);
    expect(await other.all(serviceAccounts)).to.have.length(4);
    await other.stop();
  });
});
