import { expect } from 'chai';
import { filter, map, merge, mergeMap, of, throwError } from 'rxjs';
import { Hot } from '../../../lib/base/streams/hot.js';

const make = () => {
  const reported: unknown[] = [];
  return { reported, hot: new Hot<number>((error) => reported.push((error as Error).message)) };
};
const fail = (message: string) => () => {
  throw new Error(message);
};

describe('Hot', () => {
  it('gives each value to all who are subscribed then', () => {
    const { hot } = make();
    const first: number[] = [];
    const second: number[] = [];
    hot.emit(0);
    const subscription = hot.observable.subscribe((value) => first.push(value));
    hot.emit(1);
    hot.observable.subscribe({ next: (value) => second.push(value) });
    hot.emit(2);
    subscription.unsubscribe();
    hot.emit(3);
    expect([first, second]).to.deep.equal([
      [1, 2],
      [2, 3],
    ]);
  });

  it('reports a subscriber that throws, keeps it, and disturbs no other', () => {
    const { hot, reported } = make();
    const seen: number[] = [];
    hot.observable.subscribe(fail('plain'));
    hot.observable
      .pipe(
        map((value) => value),
        filter(() => true),
      )
      .subscribe(fail('piped'));
    hot.observable.subscribe((value) => seen.push(value));
    hot.emit(1);
    hot.emit(2);
    expect(seen).to.deep.equal([1, 2]);
    expect(reported).to.deep.equal(['plain', 'piped', 'plain', 'piped']);
  });

  it('reports an error that a pipe raises and its subscriber does not handle', () => {
    const { hot, reported } = make();
    const handled: unknown[] = [];
    hot.observable.pipe(map(fail('in map'))).subscribe();
    hot.observable
      .pipe(mergeMap(() => throwError(() => new Error('inner'))))
      .subscribe({ error: (error: Error) => handled.push(error.message) });
    hot.emit(1);
    hot.emit(2);
    expect(reported).to.deep.equal(['in map']);
    expect(handled).to.deep.equal(['inner']);
  });

  it('shows values emitted by a subscriber to all in the same order', () => {
    const { hot } = make();
    const first: number[] = [];
    const second: number[] = [];
    hot.observable.subscribe((value) => {
      first.push(value);
      if (value < 3) hot.emit(value + 1);
    });
    hot.observable.subscribe((value) => second.push(value));
    hot.emit(1);
    expect([first, second]).to.deep.equal([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('gives nothing to one that was unsubscribed by another in the same emission', () => {
    const { hot } = make();
    const seen: number[] = [];
    hot.observable.subscribe(() => later.unsubscribe());
    const later = hot.observable.subscribe((value) => seen.push(value));
    hot.emit(1);
    expect(seen).to.deep.equal([]);
    expect(hot.observed).to.equal(true);
  });

  it('completes those who are there and those who come', () => {
    const { hot, reported } = make();
    let completed = 0;
    const complete = () => completed++;
    hot.observable.subscribe({ complete });
    hot.observable.pipe(map((value) => value)).subscribe({ complete });
    hot.observable.subscribe({ complete: fail('complete') });
    hot.complete();
    merge(of(1), hot.observable).subscribe({ complete });
    expect(completed).to.equal(3);
    expect(reported).to.deep.equal(['complete']);
    expect(hot.observed).to.equal(false);
  });
});
