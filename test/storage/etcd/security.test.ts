import { expect } from 'chai';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { CertificateAuthority, type KeyPair } from '../../../lib/server/pki.js';
import { EtcdStorage } from '../../../lib/storage/etcd/index.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { Etcd, etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { rejection } from '../../support/rejection.js';
import { useStores } from './etcd-bed.js';
import { useProxy } from './tcp-proxy.js';

needs(etcdNeed, () => {
  describe('EtcdStorage over TLS', function () {
    this.timeout(30_000);
    const open = useStores();
    let etcd: Etcd;
    let authority: CertificateAuthority;
    let client: KeyPair;

    before(async () => {
      authority = await CertificateAuthority.create({ environment: systemEnvironment });
      client = await authority.clientCertificate({ user: 'kubelib' });
      etcd = new Etcd({ tls: { ...(await authority.serverCertificate()), clientAuthority: authority.pem.certificate } });
      await etcd.start();
    });
    after(() => etcd.stop());
    const tls = () => ({ ca: authority.pem.certificate, cert: client.certificate, key: Buffer.from(client.key) });

    it('shows its certificate, and checks the one of etcd', async () => {
      const bed = await open({ endpoints: etcd.endpoints, tls: tls() });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '1');
      expect(await recorder.take(1)).to.deep.equal(['+a=1']);
    });

    it('speaks TLS to https endpoints, and says when it does not trust them', async () => {
      const error = await rejection(open({ endpoints: [`https://${etcd.endpoints[0]}`] }));
      expect(StorageError.is(error, 'Unavailable')).to.equal(true);
      expect(String(error)).to.match(/self-signed certificate|unable to verify/);
    });

    it('does not take a certificate for another name', async () => {
      const error = await rejection(open({ endpoints: etcd.endpoints, tls: { ...tls(), serverName: 'etcd.example.com' } }));
      expect(String(error)).to.contain('etcd.example.com');
      await open({ endpoints: etcd.endpoints, tls: { ...tls(), serverName: 'localhost' } });
    });

    it('fails with Unavailable without a certificate, and without TLS', async () => {
      await failsWith('Unavailable', open({ endpoints: etcd.endpoints, tls: { ca: authority.pem.certificate } }));
      await failsWith('Unavailable', open({ endpoints: etcd.endpoints }));
    });
  });

  describe('EtcdStorage with a user', function () {
    this.timeout(30_000);
    // Passwords are hashed at little cost, and a token that is not used is gone soon.
    const etcd = useEtcd({ args: ['--bcrypt-cost', '4', '--auth-token-ttl', '1'] });
    const open = useStores();
    const proxy = useProxy(() => etcd.endpoints[0]!);
    const user = { username: 'kubelib', password: 'secret' };

    before(async () => {
      const all = { permType: 'READ', key: 'AA==', range_end: 'AA==' };
      const own = { permType: 'READWRITE', key: base64('/registry/'), range_end: base64('/registry0') };
      await etcd.api('auth/role/add', { name: 'own' });
      await etcd.api('auth/role/grant', { name: 'own', perm: own });
      await etcd.api('auth/role/add', { name: 'all' });
      await etcd.api('auth/role/grant', { name: 'all', perm: all });
      for (const [name, roles] of [
        ['root', ['root']],
        ['kubelib', ['own', 'all']],
        ['limited', ['own']],
      ] as const) {
        await etcd.api('auth/user/add', { name, password: 'secret' });
        for (const role of roles) await etcd.api('auth/user/grant', { user: name, role });
      }
      await etcd.api('auth/enable');
    });

    const token = async (name: string) => ((await etcd.api('auth/authenticate', { name, password: 'secret' })) as { token: string }).token;

    it('reads, writes and watches', async () => {
      const bed = await open({ endpoints: etcd.endpoints, ...user });
      const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
      await bed.put('a', '1');
      expect(await recorder.take(1)).to.deep.equal(['+a=1']);
      await recorder.until(() => recorder.changes.at(-1)?.type === 'progress');
    });

    it('fetches a new token when its own has expired', async () => {
      const bed = await open({ endpoints: etcd.endpoints, ...user });
      await bed.put('a', '1');
      // Tokens that are as old as the one of the store, and not used either: each shows once whether the time is over.
      const others = await Promise.all(Array.from({ length: 100 }, () => token('kubelib')));
      const range = { key: base64('/registry/') };
      await eventually(
        () =>
          etcd.api('kv/range', range, others.pop()).then(
            () => false,
            () => true,
          ),
        { interval: 100 },
      );
      await Promise.all([bed.put('b', '2'), bed.put('c', '3')]);
      expect(textOf(await bed.get('b'))).to.equal('2');
    });

    it('fetches a new token when etcd was restarted, also for a watch', async () => {
      const bed = await open({ endpoints: etcd.endpoints, ...user });
      const recorders = [bed.watch(await bed.storage.revision()), bed.watch(await bed.storage.revision(), { progressEvery: 20 })];
      await bed.put('a', '1');
      for (const recorder of recorders) await recorder.take(1);
      const [member] = etcd.members;
      await member!.signal('SIGKILL');
      await etcd.launch(member!);
      await etcd.ready();
      await eventually(() =>
        bed.put('a', '2').then(
          () => true,
          () => false,
        ),
      );
      for (const recorder of recorders) expect(await recorder.take(2)).to.deep.equal(['+a=1', '+a=2']);
    });

    it('opens a watch again with a new token, when the old one expired while it was open', async () => {
      const bed = await open({ endpoints: [proxy().endpoint], ...user });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '1');
      await recorder.take(1);
      const others = await Promise.all(Array.from({ length: 100 }, () => token('kubelib')));
      await eventually(
        () =>
          etcd.api('kv/range', { key: base64('/registry/') }, others.pop()).then(
            () => false,
            () => true,
          ),
        { interval: 100 },
      );
      proxy().drop();
      const other = await open({ endpoints: etcd.endpoints, ...user });
      await other.storage.commit([bed.write('a', '2')]);
      expect(await recorder.take(2)).to.deep.equal(['+a=1', '+a=2']);
    });

    it('does not begin with a wrong password, or with none', async () => {
      const wrong = await failsWith('Unsupported', open({ endpoints: etcd.endpoints, ...user, password: 'wrong' }));
      expect(wrong.message).to.contain('"kubelib"').and.contain(etcd.endpoints[0]);
      const none = await failsWith('Unsupported', open({ endpoints: etcd.endpoints }));
      expect(none.message).to.contain('username');
    });

    it('says Unsupported for what the user may not do, and ends such a watch', async () => {
      const bed = await open({ endpoints: etcd.endpoints, username: 'limited', password: 'secret' });
      await bed.put('a', '1');
      await failsWith('Unsupported', bed.storage.get('/elsewhere'));
      await failsWith('Unsupported', bed.storage.commit([{ type: 'put', key: '/elsewhere', value: Buffer.from('') }]));
      await bed.record(bed.storage.watch('/elsewhere', 1)).failsWith('Unsupported');
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '2');
      expect(await recorder.take(1)).to.deep.equal(['+a=2']);
    });

    it('writes keys that expire, which needs no right but to write them', async () => {
      const bed = await open({ endpoints: etcd.endpoints, username: 'limited', password: 'secret' });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.putFor(1, 'a', '1');
      expect(await recorder.take(2)).to.deep.equal(['+a=1', '-a']);
      await bed.putFor(1, 'a', '2'); // its token and its lease have expired meanwhile
      expect(await recorder.take(4)).to.deep.equal(['+a=1', '-a', '+a=2', '-a']);
    });

    it('can be given to a cluster without authentication', async () => {
      const plain = new Etcd();
      await plain.start();
      try {
        const storage = new EtcdStorage({ endpoints: plain.endpoints, ...user });
        await storage.start();
        await storage.commit([{ type: 'put', key: '/registry/a', value: Buffer.from('') }]);
        await storage.stop();
      } finally {
        await plain.stop();
      }
    });
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
