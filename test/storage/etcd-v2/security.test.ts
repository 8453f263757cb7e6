import { expect } from 'chai';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { CertificateAuthority } from '../../../lib/server/pki.js';
import { EtcdV2Storage, type EtcdV2StorageOptions } from '../../../lib/storage/etcd-v2/index.js';
import { failsWith } from '../../../lib/testing/storage/storage-bed.js';
import { Etcd, etcdNeed, useEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';
import { urls, useBeds } from './v2-bed.js';

needs(etcdNeed, () => {
  describe('EtcdV2Storage before a guarded etcd', function () {
    this.timeout(20_000);

    describe('with users', () => {
      const etcd = useEtcd();
      const start = useBeds(etcd);
      const root = { user: 'root', pass: 'secret' };
      const reader = { user: 'reader', pass: 'secret' };

      before(async () => {
        await admin('users/root', { user: 'root', password: 'secret' });
        await admin('roles/reader', { role: 'reader', permissions: { kv: { read: ['/*'], write: [] } } });
        await admin('users/reader', { user: 'reader', password: 'secret', roles: ['reader'] });
        await admin('enable');
        await admin('roles/guest', { role: 'guest', revoke: { kv: { read: ['/*'], write: ['/*'] } } });
      });

      async function admin(path: string, body?: object): Promise<void> {
        const headers = { authorization: `Basic ${btoa(`${root.user}:${root.pass}`)}`, 'content-type': 'application/json' };
        const answer = await fetch(`${urls(etcd)[0]}/v2/auth/${path}`, {
          method: 'PUT',
          headers,
          ...(body && { body: JSON.stringify(body) }),
        });
        if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      }

      it('reads, writes and watches as the user it is given', async () => {
        const bed = await start({ auth: root });
        const recorder = bed.watch(await bed.storage.revision());
        await bed.put('a', '');
        expect(await recorder.take(1)).to.deep.equal(['+a=']);
      });

      it('does not start without a user, and with a wrong password', async () => {
        for (const auth of [undefined, { ...root, pass: 'wrong' }]) {
          const error = await failsWith('Unavailable', new EtcdV2Storage({ endpoints: urls(etcd), auth }).start());
          expect(error.message).to.contain('authentication');
        }
      });

      it('says Unavailable of what the user may not do', async () => {
        const bed = await start({ auth: reader });
        await failsWith('Unavailable', bed.put('a', ''));
        expect(await bed.get('a')).to.equal(undefined);
      });
    });

    describe('with TLS', () => {
      let etcd: Etcd;
      let authority: CertificateAuthority;
      let client: { readonly cert: string; readonly key: string };

      before(async () => {
        authority = await CertificateAuthority.create({ environment: systemEnvironment });
        const server = await authority.serverCertificate();
        const { certificate: cert, key } = await authority.clientCertificate({ user: 'kubelib' });
        client = { cert, key };
        etcd = new Etcd({ tls: { ...server, clientAuthority: authority.pem.certificate } });
        await etcd.start();
      });
      after(() => etcd.stop());

      const storage = (options: EtcdV2StorageOptions) =>
        new EtcdV2Storage({ endpoints: etcd.endpoints.map((endpoint) => `https://${endpoint}`), ...options });

      it('serves with the authority and a certificate of its own', async () => {
        const one = storage({ ca: authority.pem.certificate, ...client });
        await one.start();
        const seen = new Promise((resolve) => one.watch('/', 0x7fff_ffff).subscribe({ error: resolve }));
        const { entries } = await one.commit([{ type: 'put', key: '/a', value: Buffer.from('x') }]);
        expect(await one.get('/a')).to.deep.equal(entries[0]);
        await one.stop();
        expect(await seen).to.have.property('code', 'Unavailable');
      });

      it('does not start without either', async () => {
        await failsWith('Unavailable', storage(client).start());
        await failsWith('Unavailable', storage({ ca: authority.pem.certificate }).start());
      });
    });
  });
});
