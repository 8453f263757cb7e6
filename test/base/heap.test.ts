import { expect } from 'chai';
import fc from 'fast-check';
import type { HeapItem } from '../../lib/base/heap.js';
import { Heap } from '../../lib/base/heap.js';

interface Item extends HeapItem {
  readonly value: number;
}

const heapOf = () => new Heap<Item>((a, b) => a.value < b.value);

describe('Heap', () => {
  it('gives its items in order, whatever was pushed and removed before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), { minLength: 5, maxLength: 40, size: 'max' }),
        (plan) => {
          const heap = heapOf();
          const items = plan.map(([value]) => ({ value, index: -1 }));
          items.forEach((item) => heap.push(item));
          plan.forEach(([, remove], at) => remove && heap.remove(items[at]!));
          const kept = plan.filter(([, remove]) => !remove).map(([value]) => value);
          const popped: number[] = [];
          for (let item = heap.pop(); item; item = heap.pop()) popped.push(item.value);
          expect(popped).to.deep.equal(kept.sort((a, b) => a - b));
          expect(heap.size).to.equal(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ignores the removal of what is not in it', () => {
    const heap = heapOf();
    const item = { value: 1, index: -1 };
    heap.remove(item);
    heap.push(item);
    heap.clear();
    heap.remove(item);
    expect(heap.size).to.equal(0);
  });
});
