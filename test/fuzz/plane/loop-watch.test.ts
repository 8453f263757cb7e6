import { expect } from 'chai';
import { LoopWatch } from './loop-watch.js';

describe('A watch over the event loop', () => {
  let now = 0;
  let processor = 0;
  const pass = (milliseconds: number, worked: number) => {
    now += milliseconds;
    processor += worked;
  };
  const watch = () => new LoopWatch(200, { now: () => now, processor: () => processor });

  it('tells a pause in which the thread worked', () => {
    const loop = watch();
    pass(10, 1);
    expect(loop.tick()).to.equal(undefined);
    const from = now;
    pass(300, 250);
    expect(loop.tick()).to.deep.equal({ from, to: from + 300, processor: 250 });
    expect(loop.longest).to.equal(250);
  });

  it('tells none when the machine gave the process no time, or when there were turns in between', () => {
    const loop = watch();
    pass(5000, 20);
    expect(loop.tick()).to.equal(undefined);
    for (let turn = 0; turn < 3; turn++) {
      pass(150, 150);
      expect(loop.tick()).to.equal(undefined);
    }
    expect(loop.longest).to.equal(150);
  });

  it('does not count what it is to forget', () => {
    const loop = watch();
    pass(300, 300);
    loop.forget();
    expect([loop.tick(), loop.longest]).to.deep.equal([undefined, 0]);
    pass(300, 300);
    loop.tick();
    loop.reset();
    expect(loop.longest).to.equal(0);
  });
});
