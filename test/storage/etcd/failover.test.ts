import { expect } from 'chai';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { failsWith, numbered, type Recorder, type StorageBed, textOf } from '../../../lib/testing/storage/storage-bed.js';
import { Etcd, type EtcdMember, etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { useStores } from './etcd-bed.js';
import { Writers } from './writers.js';

needs(etcdNeed, () => {
  describe('EtcdStorage over one member', function () {
    this.timeout(30_000);
    const etcd = useEtcd();
    const open = useStores();
    const member = () => etcd.members[0]!;

    async function restart(): Promise<void> {
      await etcd.launch(member());
      await etcd.ready();
    }

    it('says Unavailable while it is down, and goes on once it is back: writes, reads and watches', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const since = await bed.storage.revision();
      const recorders = [bed.watch(since), bed.watch(since, { progressEvery: 20 })];
      await bed.put('a', '1');
      for (const recorder of recorders) await recorder.take(1);
      await member().signal('SIGKILL');
      await eventually(async () => {
        const error: unknown = await bed.put('a', '2').catch((reason: unknown) => reason);
        return StorageError.is(error, 'Unavailable') && error.cause !== undefined;
      });
      await failsWith('Unavailable', bed.get('a'));
      await restart();
      await eventually(() =>
        bed.put('a', '3').then(
          () => true,
          () => false,
        ),
      );
      for (const recorder of recorders) {
        await recorder.until(() => recorder.shown.includes('+a=3'));
        expect(recorder.shown).to.deep.equal(['+a=1', '+a=3']);
      }
    });

    it('loses and doubles nothing over kill -9, and tells what it does not know', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const since = await bed.storage.revision();
      const recorders = [bed.watch(since), bed.watch(since, { progressEvery: 5 })];
      const writers = new Writers(bed, 16);
      for (let round = 0; round < 3; round++) {
        await writers.more(50);
        await member().signal('SIGKILL');
        await restart();
      }
      await writers.more(50);
      await writers.stop();
      await compare(bed, since, recorders, writers);
      expect(writers.attempts.some(({ outcome }) => outcome !== 'done')).to.equal(true);
    });

    it('leaves no socket to a member that stands still', async () => {
      const sockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
      const before = sockets();
      const bed = await open({ endpoints: etcd.endpoints });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '');
      await recorder.take(1);
      expect(sockets()).to.be.greaterThan(before);
      await member().signal('SIGSTOP');
      const outcome = failsWith('Unknown', bed.put('a', ''));
      await bed.storage.stop();
      await outcome;
      await recorder.failsWith('Unavailable');
      expect(sockets()).to.equal(before);
      await member().signal('SIGCONT');
      await etcd.ready();
    });

    it('does not begin without a member, and says where it looked and what to do', async () => {
      await member().signal('SIGKILL');
      const error: unknown = await open({ endpoints: etcd.endpoints }).catch((reason: unknown) => reason);
      expect(StorageError.is(error, 'Unavailable')).to.equal(true);
      expect(String(error)).to.match(new RegExp(`cannot use etcd at ${etcd.endpoints[0]}: .*ECONNREFUSED.*Is it running`));
      await restart();
    });

    it('goes by the members that are there: the first endpoint may be dead', async () => {
      const bed = await open({ endpoints: ['127.0.0.1:1', 'http://127.0.0.1:2', ...etcd.endpoints] });
      await bed.put('a', '1');
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '2');
      expect(await recorder.take(1)).to.deep.equal(['+a=2']);
    });
  });

  describe('EtcdStorage over three members', function () {
    this.timeout(60_000);
    const etcd = useEtcd({ members: 3 });
    const open = useStores();
    const others = (member: EtcdMember) => etcd.members.filter((other) => other !== member);

    /** Pauses a member amid writes and watches of a store that is served by `first`. */
    async function survives(first: EtcdMember, paused: EtcdMember): Promise<void> {
      const endpoints = [first, ...others(first)].map(({ endpoint }) => endpoint);
      const bed = await open({ endpoints });
      const since = await bed.storage.revision();
      const recorders = [bed.watch(since), bed.watch(since, { progressEvery: 5 })];
      const writers = new Writers(bed, 16);
      await writers.more(50);
      await paused.signal('SIGSTOP');
      try {
        await writers.more(50);
      } finally {
        await paused.signal('SIGCONT');
      }
      await writers.more(50);
      await writers.stop();
      await compare(bed, since, recorders, writers);
      await etcd.ready();
    }

    it('survives the pause of the leader that serves it', async () => {
      const leader = await etcd.leader();
      await survives(leader, leader);
    });

    it('survives the pause of the leader while a follower serves it', async () => {
      const leader = await etcd.leader();
      await survives(others(leader)[0]!, leader);
    });

    it('survives the pause of the follower that serves it', async () => {
      const [follower] = others(await etcd.leader());
      await survives(follower!, follower!);
    });

    it('hands a watch over when the member that serves it is killed, and writes go on', async () => {
      const [first] = others(await etcd.leader());
      const bed = await open({ endpoints: [first!, ...others(first!)].map(({ endpoint }) => endpoint) });
      const recorder = bed.watch(await bed.storage.revision());
      await bed.put('a', '1');
      await recorder.take(1);
      await first!.signal('SIGKILL');
      await eventually(() =>
        bed.put('a', '2').then(
          () => true,
          () => false,
        ),
      );
      await recorder.until(() => recorder.shown.includes('+a=2'));
      expect(recorder.shown).to.deep.equal(['+a=1', '+a=2']);
      await etcd.launch(first!);
      await etcd.ready();
    });

    it('passes over a member that is cut off from the others: reads, writes and watches', async () => {
      const [lonely, ...rest] = etcd.members;
      const other = new Etcd(); // stands for a member of the same cluster
      await other.start();
      try {
        for (const member of rest) await member.signal('SIGKILL');
        const bed = await open({ endpoints: [lonely!.endpoint, ...other.endpoints] });
        const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
        await bed.put('a', '1');
        expect(await recorder.take(1)).to.deep.equal(['+a=1']);
        await bed.storage.stop();
      } finally {
        await other.stop();
        for (const member of rest) await etcd.launch(member);
        await etcd.ready();
      }
    });

    it('refuses or does not know while most members are paused, and recovers by itself', async () => {
      const bed = await open({ endpoints: etcd.endpoints });
      const recorder = bed.watch(await bed.storage.revision(), { progressEvery: 20 });
      const paused = etcd.members.slice(1);
      for (const member of paused) await member.signal('SIGSTOP');
      const outcomes = await Promise.allSettled(numbered(8).map((name) => bed.put(name, '')));
      const codes = outcomes.map((outcome) =>
        outcome.status === 'rejected' && StorageError.is(outcome.reason) ? outcome.reason.code : 'done',
      );
      expect(['Unknown', 'Unavailable']).to.include.members(codes);
      await failsWith('Unavailable', bed.storage.list(bed.prefix));
      for (const member of paused) await member.signal('SIGCONT');
      await eventually(
        () =>
          bed.put('end', '').then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      );
      await recorder.until(() => recorder.shown.includes('+end='));
      await eventually(async () => {
        const stored = (await bed.storage.list(bed.prefix)).entries.map(({ key }) => key); // what was unknown may land only now
        expect(recorder.events.map((event) => event.type === 'put' && event.entry.key)).to.have.members(stored);
      });
    });
  });
});

/** Compares live watches with a replay, and both with what the writers were told. */
async function compare(bed: StorageBed, since: number, recorders: readonly Recorder[], writers: Writers): Promise<void> {
  const last = await bed.put('end', '');
  const truth = bed.watch(since);
  for (const recorder of [truth, ...recorders]) await recorder.until(() => recorder.events.at(-1)?.revision === last.revision);
  for (const { events } of recorders)
    expect(events.map(({ revision }) => revision)).to.deep.equal(truth.events.map(({ revision }) => revision));
  for (const { shown } of recorders) expect(shown).to.deep.equal(truth.shown);
  const puts = truth.events.flatMap((event) => (event.type === 'put' ? [event.entry] : []));
  writers.check(puts.slice(0, -1).map((entry) => ({ value: textOf(entry)!, revision: entry.revision })));
}
