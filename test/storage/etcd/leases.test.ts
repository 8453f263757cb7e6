import { expect } from 'chai';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { Leases } from '../../../lib/storage/etcd/leases.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, numbered, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { type Etcd, etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { useStores } from './etcd-bed.js';
import { useProxy } from './tcp-proxy.js';
import { Writers } from './writers.js';

/** Seconds: the shortest time, and one that no test waits for. */
const SHORT = 1;
const LONG = 3600;

describe('Leases', () => {
  function bed() {
    const virtual = new VirtualEnvironment();
    const clock = { jump: 0 };
    const environment = {
      monotonic: () => virtual.monotonic(),
      now: () => virtual.now() + clock.jump,
      sleep: (milliseconds: number) => virtual.sleep(milliseconds),
      advance: (milliseconds: number) => virtual.advance(milliseconds),
    };
    const granted: number[] = [];
    const state = { latency: 0 };
    const leases = new Leases({
      environment,
      grant: async (seconds) => {
        const id = BigInt(granted.push(seconds));
        await environment.sleep(state.latency);
        return { id, timeToLive: seconds };
      },
    });
    const lease = async (seconds: number, puts = 1) => {
      const found = leases.leaseFor(seconds, environment.monotonic(), puts);
      await environment.advance(0);
      return found;
    };
    return { environment, clock, granted, state, leases, lease };
  }

  it('are granted for a tenth longer than asked for, a minute at most, and used until a put would get less than its time', async () => {
    const { environment, granted, lease } = bed();
    for (const [seconds, spare] of [
      [100, 10],
      [3600, 60],
    ] as const) {
      const first = await lease(seconds);
      expect(granted.pop()).to.equal(seconds + spare);
      await environment.advance(spare * 1000);
      expect(await lease(seconds)).to.equal(first);
      await environment.advance(1);
      granted.push(0); // another id than the first
      expect(await lease(seconds)).to.not.equal(first);
      granted.length = 0;
    }
  });

  it('serve a thousand puts each', async () => {
    const { granted, lease } = bed();
    for (let i = 0; i < 2001; i++) await lease(100);
    expect(granted).to.have.length(3);
  });

  it('are granted once for all who ask at the same time, and once more for those who would get less than their time', async () => {
    const { environment, granted, state, leases } = bed();
    state.latency = 4000;
    const early = Array.from({ length: 10 }, () => leases.leaseFor(10, environment.monotonic(), 1));
    await environment.advance(2000); // a tenth of 10 s is less than that
    const late = Array.from({ length: 10 }, () => leases.leaseFor(10, environment.monotonic(), 1));
    await environment.advance(8000);
    expect(new Set(await Promise.all(early))).to.deep.equal(new Set([1n]));
    expect(new Set(await Promise.all(late))).to.deep.equal(new Set([2n]));
    expect(granted).to.have.length(2);
  });

  it('are not used any more once they are forgotten', async () => {
    const { leases, lease } = bed();
    leases.forget(await lease(100));
    expect(await lease(100)).to.equal(2n);
    leases.forget(1n);
    expect(await lease(100)).to.equal(2n);
  });

  it('are not trusted after the machine has slept, when only the wall clock has gone on', async () => {
    const { clock, lease } = bed();
    expect(await lease(100)).to.equal(1n);
    clock.jump += 500;
    expect(await lease(100)).to.equal(1n);
    clock.jump -= 3_600_000;
    expect(await lease(100)).to.equal(1n);
    clock.jump += 3_602_000;
    expect(await lease(100)).to.equal(2n);
    expect(await lease(100)).to.equal(2n);
  });

  it('are remembered for the last 64 times alone, and serve any number of times at once', async () => {
    const { environment, granted, leases, lease } = bed();
    const all = Array.from({ length: 1000 }, (_, i) => leases.leaseFor(1000 + i, environment.monotonic(), 1));
    await environment.advance(0);
    expect(new Set(await Promise.all(all)).size).to.equal(1000);
    for (let i = 1000; i-- > 936;) await lease(1000 + i);
    expect(granted).to.have.length(1000);
    await lease(1000 + 935);
    expect(granted).to.have.length(1001);
  });

  it('fail with what the grant fails with, for all who wait for it, and are asked for again', async () => {
    let fails = true;
    const grant = () => (fails ? Promise.reject(new StorageError('Unavailable', 'down')) : Promise.resolve({ id: 1n, timeToLive: 11 }));
    const leases = new Leases({ environment: new VirtualEnvironment(), grant });
    await Promise.all([1, 2].map(() => failsWith('Unavailable', leases.leaseFor(10, 0, 1))));
    fails = false;
    expect(await leases.leaseFor(10, 0, 1)).to.equal(1n);
  });
});

needs(etcdNeed, () => {
  describe('EtcdStorage with keys that expire', function () {
    this.timeout(30_000);
    const etcd = useEtcd();
    const open = useStores();
    const proxy = useProxy(() => etcd.endpoints[0]!);

    it('has one lease for many of them, and none of its own for a key without a time', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const before = await leasesOf(etcd);
      await bed.put('permanent', '');
      expect(await leasesOf(etcd)).to.deep.equal(before);
      await Promise.all(numbered(64).map((name) => bed.putFor(LONG, name, '')));
      await Promise.all(numbered(64).map((name) => bed.putFor(LONG, name, 'again')));
      const made = (await leasesOf(etcd)).filter((id) => !before.includes(id));
      expect(made).to.have.length(1);
      expect(await keysOf(etcd, made[0]!)).to.deep.equal(numbered(64).map((name) => bed.key(name)));
    });

    it('gives each key of a commit its own time', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const recorder = bed.watch(await bed.storage.revision());
      const put = (name: string, timeToLive?: number) => ({ ...bed.write(name, ''), timeToLive });
      await bed.storage.commit([put('a'), put('b', LONG), put('c', SHORT), put('d', LONG + 1), put('e', SHORT)]);
      await recorder.take(7);
      expect(recorder.shown.slice(5)).to.have.members(['-c', '-e']);
      expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['a=', 'b=', 'd=']);
    });

    it('writes with another lease when its own was revoked', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const before = await leasesOf(etcd);
      const recorder = bed.watch(await bed.storage.revision());
      const first = await bed.putFor(LONG, 'a', '1');
      const [lease] = (await leasesOf(etcd)).filter((id) => !before.includes(id));
      await etcd.api('lease/revoke', { ID: lease });
      expect(await recorder.take(2)).to.deep.equal(['+a=1', '-a']);
      await failsWith('NotFound', bed.putFor(LONG, 'a', '2', bed.at('a', first.revision)));
      await Promise.all(numbered(20).map((name) => bed.putFor(LONG, name, '')));
      await bed.putFor(LONG, 'a', '3', bed.at('a', 0));
      await recorder.take(23);
      expect(recorder.shown.at(-1)).to.equal('+a=3');
      expect((await leasesOf(etcd)).filter((id) => !before.includes(id))).to.have.length(1);
    });

    it('cannot tell of a write whose answer was cut off, and never writes it twice; a lease whose grant was cut off is asked for again', async () => {
      const bed = await open({ endpoints: [proxy().endpoint] });
      const since = await bed.storage.revision();
      let seconds = LONG;
      const writers = new Writers(bed, 16, (name, value) => bed.putFor(seconds, name, value));
      for (let round = 0; round < 20; round++) {
        await writers.more(10);
        seconds++; // all need another lease now
        if (round % 2 === 0) await eventually(async () => (await leasesOf(etcd)).length > 0);
        proxy().drop();
      }
      await writers.more(10);
      await writers.stop();
      const last = await bed.put('end', '');
      const truth = bed.watch(since);
      await truth.until(() => truth.events.at(-1)?.revision === last.revision);
      const puts = truth.events.flatMap((event) => (event.type === 'put' ? [event.entry] : []));
      writers.check(puts.slice(0, -1).map((entry) => ({ value: textOf(entry)!, revision: entry.revision })));
      expect(writers.attempts.map(({ outcome }) => outcome)).to.include('Unknown');
    });

    it('loses none too early and keeps none for ever when etcd is killed and started again', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const since = await bed.storage.revision();
      const recorders = [bed.watch(since), bed.watch(since, { progressEvery: 5 })];
      await Promise.all(numbered(40).map((name) => bed.putFor(SHORT, name, '')));
      await Promise.all(numbered(40, 'b').map((name) => bed.putFor(LONG, name, '')));
      const [member] = etcd.members;
      await member!.signal('SIGKILL');
      await etcd.launch(member!);
      await etcd.ready();
      await eventually(() => succeeds(bed.putFor(SHORT, 'after', '')));
      for (const recorder of recorders) {
        const deleted = () => recorder.shown.filter((text) => text.startsWith('-'));
        await recorder.until(() => deleted().length >= 41);
        expect(deleted().sort()).to.deep.equal([...numbered(40), 'after'].map((name) => `-${name}`).sort());
      }
      expect((await bed.storage.list(bed.prefix)).entries).to.have.length(40);
    });

    it('goes on through kills while writers renew their keys', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const since = await bed.storage.revision();
      const writers = new Writers(bed, 16, (name, value) => bed.putFor(LONG, name, value));
      const [member] = etcd.members;
      for (let round = 0; round < 2; round++) {
        await writers.more(100);
        await member!.signal('SIGKILL');
        await etcd.launch(member!);
        await etcd.ready();
      }
      await writers.more(100);
      await writers.stop();
      const last = await bed.put('end', '');
      const truth = bed.watch(since);
      await truth.until(() => truth.events.at(-1)?.revision === last.revision);
      expect(truth.events.map(({ type }) => type)).to.not.include('delete');
      const puts = truth.events.flatMap((event) => (event.type === 'put' ? [event.entry] : []));
      writers.check(puts.slice(0, -1).map((entry) => ({ value: textOf(entry)!, revision: entry.revision })));
    });
  });

  describe('EtcdStorage with keys that expire, over three members', function () {
    this.timeout(60_000);
    const etcd = useEtcd({ members: 3 });
    const open = useStores();

    it('lets them expire, and writes more of them, when the leader that counts their time is gone', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.putFor(SHORT, 'a', '');
      await bed.putFor(LONG, 'b', '');
      await (await etcd.leader()).signal('SIGKILL');
      await recorder.until(() => recorder.shown.includes('-a'));
      await eventually(() => succeeds(bed.putFor(SHORT, 'c', '')));
      await recorder.until(() => recorder.shown.includes('-c'));
      expect(bed.show(await bed.storage.list(bed.prefix))).to.deep.equal(['b=']);
    });
  });
});

function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}

/** Ids of the leases that etcd has. */
async function leasesOf(etcd: Etcd): Promise<string[]> {
  const { leases = [] } = (await etcd.api('lease/leases')) as { readonly leases?: readonly { readonly ID: string }[] };
  return leases.map(({ ID }) => ID);
}

/** The keys that a lease holds, in order. */
async function keysOf(etcd: Etcd, lease: string): Promise<string[]> {
  const { keys = [] } = (await etcd.api('lease/timetolive', { ID: lease, keys: true })) as { readonly keys?: readonly string[] };
  return keys.map((key) => Buffer.from(key, 'base64').toString()).sort();
}
