import { expect } from 'chai';
import fc from 'fast-check';
import { DedupeQueue } from '../../lib/queue/dedupe-queue.js';

const takeAll = (queue: DedupeQueue) => {
  const taken: string[] = [];
  for (let key = queue.take(); key !== undefined; key = queue.take()) taken.push(key);
  return taken;
};

describe('DedupeQueue', () => {
  it('gives keys out in the order in which they were first added', () => {
    const queue = new DedupeQueue();
    for (const key of ['c', 'a', 'b', 'a', 'c']) queue.add(key);
    expect(takeAll(queue)).to.deep.equal(['c', 'a', 'b']);
  });

  it('never gives a key out twice at once', () => {
    const queue = new DedupeQueue();
    queue.add('a');
    expect(queue.take()).to.equal('a');
    queue.add('a');
    expect(queue.take()).to.equal(undefined);
    expect([queue.waiting, queue.running]).to.deep.equal([0, 1]);
  });

  it('runs a key that is added while it runs once more, behind those that wait', () => {
    const queue = new DedupeQueue();
    queue.add('a');
    queue.take();
    for (const key of ['a', 'b', 'a', 'c']) queue.add(key);
    queue.done('a');
    expect(takeAll(queue)).to.deep.equal(['b', 'c', 'a']);
    queue.done('a');
    expect(queue.take()).to.equal(undefined);
  });

  it('coalesces adds of one burst, even when a consumer waits already', async () => {
    const queue = new DedupeQueue();
    const first = queue.get();
    const second = queue.get();
    for (const key of ['a', 'a', 'a', 'b']) queue.add(key);
    expect([await first, await second]).to.deep.equal(['a', 'b']);
    queue.done('a');
    expect(queue.waiting).to.equal(0);
  });

  it('serves consumers in the order in which they came', async () => {
    const queue = new DedupeQueue();
    const consumers = [queue.get(), queue.get(), queue.get()];
    queue.add('a');
    queue.add('b');
    await Promise.resolve();
    queue.add('c');
    expect(await Promise.all(consumers)).to.deep.equal(['a', 'b', 'c']);
  });

  it('leaves no consumer asleep beside a waiting key when another takes what it was woken for', async () => {
    const queue = new DedupeQueue();
    const sleeper = queue.get();
    queue.add('a');
    expect(queue.take()).to.equal('a');
    await Promise.resolve();
    queue.add('b');
    expect(await sleeper).to.equal('b');
  });

  it('ignores done of a key that does not run', () => {
    const queue = new DedupeQueue();
    queue.add('a');
    queue.done('a');
    queue.done('b');
    expect(takeAll(queue)).to.deep.equal(['a']);
  });

  it('forgets what waits when closed, ends its consumers, and takes nothing more', async () => {
    const queue = new DedupeQueue();
    queue.add('running');
    queue.take();
    const consumer = queue.get();
    queue.add('running');
    queue.close();
    queue.add('late');
    expect(await consumer).to.equal(undefined);
    expect(await queue.get()).to.equal(undefined);
    expect(queue.take()).to.equal(undefined);
    queue.done('running');
    expect([queue.waiting, queue.running]).to.deep.equal([0, 0]);
  });

  it('is idle when nothing waits and nothing runs', async () => {
    const queue = new DedupeQueue();
    await queue.idle();
    const seen: string[] = [];
    queue.add('a');
    const idle = queue.idle().then(() => seen.push('idle'));
    queue.take();
    queue.add('a');
    queue.done('a');
    await Promise.resolve();
    seen.push('again');
    queue.take();
    queue.done('a');
    await idle;
    expect(seen).to.deep.equal(['again', 'idle']);
  });

  it('loses no add and repeats none, whatever the order of calls', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const call = fc.oneof(fc.tuple(fc.constant('add'), key), fc.tuple(fc.constant('take'), key), fc.tuple(fc.constant('done'), key));
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const queue = new DedupeQueue();
        const owed = new Set<string>(); // added since it was last taken
        const running = new Set<string>();
        const take = () => {
          const taken = queue.take();
          if (taken === undefined) return expect([...owed].filter((one) => !running.has(one))).to.deep.equal([]);
          expect(running.has(taken), 'twice at once').to.equal(false);
          expect(owed.delete(taken), 'given out though not added').to.equal(true);
          running.add(taken);
        };
        for (const [name, one] of calls) {
          if (name === 'add') {
            queue.add(one);
            owed.add(one);
          } else if (name === 'take') take();
          else {
            queue.done(one);
            running.delete(one);
          }
        }
        expect(queue.running).to.equal(running.size);
      }),
    );
  });
});
