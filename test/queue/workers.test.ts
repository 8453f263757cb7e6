import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { DedupeQueue } from '../../lib/queue/dedupe-queue.js';
import { Workers } from '../../lib/queue/workers.js';
import { rejection } from '../support/rejection.js';

describe('Workers', () => {
  it('work on as many keys at once as there are workers', async () => {
    const environment = new VirtualEnvironment();
    const queue = new DedupeQueue();
    const seen: string[] = [];
    const handle = async (key: string) => {
      seen.push(`${key} begins at ${environment.monotonic()}`);
      await environment.sleep(10);
    };
    const running = new Workers({ queue, environment, count: 2, handle }).run();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await environment.advance(20);
    expect(seen).to.deep.equal(['a begins at 0', 'b begins at 0', 'c begins at 10']);
    queue.close();
    await running;
  });

  it('end when the queue is closed, after what they had begun', async () => {
    const environment = new VirtualEnvironment();
    const queue = new DedupeQueue();
    const seen: string[] = [];
    const handle = (key: string) => environment.sleep(10).then(() => void seen.push(key));
    const running = new Workers({ queue, environment, count: 1, handle }).run().then(() => seen.push('ended'));
    queue.add('a');
    queue.add('b');
    await environment.advance(5);
    queue.close();
    await environment.advance(5);
    await running;
    expect(seen).to.deep.equal(['a', 'ended']);
  });

  it('let the process breathe while they never have to wait', async () => {
    const queue = new DedupeQueue<number>();
    let handled = 0;
    let handledAtTick = -1;
    systemEnvironment.timer(0, () => (handledAtTick = handled));
    const handle = (key: number) => {
      if (handledAtTick >= 0) queue.close();
      else queue.add(key);
      handled++;
    };
    queue.add(1);
    await new Workers({ queue, environment: systemEnvironment, count: 1, handle }).run();
    expect(handledAtTick).to.be.greaterThan(-1);
  });

  it('let the process breathe between long work of one and that of another', async () => {
    const seen: string[] = [];
    let now = 0;
    const turns: (() => void)[] = [];
    const environment = { monotonic: () => now, yield: () => new Promise<void>((resolve) => void turns.push(resolve)) };
    const workersOf = (name: string, milliseconds: number) => {
      const queue = new DedupeQueue();
      queue.add(name);
      const handle = () => {
        now += milliseconds;
        seen.push(name);
        queue.close();
      };
      return new Workers({ queue, environment, count: 1, handle }).run();
    };
    const running = Promise.all([workersOf('short', 1), workersOf('long', 100), workersOf('longer', 200), workersOf('last', 1)]);
    const turn = async () => {
      seen.push('a turn');
      for (const resume of turns.splice(0)) resume();
      await systemEnvironment.yield();
    };
    await systemEnvironment.yield();
    while (turns.length > 0) await turn();
    await running;
    expect(seen.slice(0, 6)).to.deep.equal(['short', 'long', 'a turn', 'longer', 'a turn', 'last']);
  });

  it('report a key done and pass on what its handler throws', async () => {
    const environment = new VirtualEnvironment();
    const queue = new DedupeQueue();
    queue.add('a');
    const handle = () => Promise.reject(new Error('a handler must not throw'));
    expect(await rejection(new Workers({ queue, environment, count: 1, handle }).run())).to.have.property(
      'message',
      'a handler must not throw',
    );
    expect(queue.running).to.equal(0);
  });
});
