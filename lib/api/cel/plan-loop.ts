import type { Frame, Step } from './frame.js';
import type { Comprehension, Shape } from './node.js';
import type { Planner } from './planner.js';
import type { Result, Value } from './values.js';
import { Entries, Fault, Items, ListValue, MapValue, typeNameOf } from './values.js';

type LoopShape = Exclude<Shape, { kind: 'bind' }>;
/** Runs once an item. Gives the loop's result when it is decided. */
type Body = (frame: Frame) => Result | undefined;

/** What a round of a fold costs besides what it calls: the condition, and reading what is carried along. */
const QUANTIFIER_COST = 3;
const APPEND_COST = 12;
const INSERT_COST = 3;

/** A loop over a list or map: what its fold means, without folding. It costs what the fold would. */
export function planLoop(planner: Planner, node: Comprehension, shape: LoopShape): Step {
  const range = planner.plan(node.range);
  const first = planner.slot();
  const second = node.second === undefined ? undefined : planner.slot();
  const names = [{ name: node.variable, read: reader(first) }];
  if (second !== undefined) names.push({ name: node.second!, read: reader(second) });
  const begin = planner.within(names, () => planBody(planner, shape, first));
  return (frame) => {
    const over = range(frame);
    if (over instanceof Fault) return over;
    const { body, result } = begin();
    const decided = forEach(over, frame, first, second, body);
    frame.meter.charge(1);
    return decided === undefined ? result() : decided;
  };
}

const reader =
  (slot: number): Step =>
  (frame) => {
    frame.meter.charge(1);
    return frame.slots[slot]!;
  };

function forEach(over: Value, frame: Frame, first: number, second: number | undefined, body: Body): Result | undefined {
  if (over instanceof ListValue) {
    for (let index = 0; index < over.size; index += 1) {
      const item = over.at(index);
      if (item instanceof Fault) return item;
      if (second === undefined) frame.slots[first] = item;
      else {
        frame.slots[first] = BigInt(index);
        frame.slots[second] = item;
      }
      const decided = body(frame);
      if (decided !== undefined) return decided;
    }
    return undefined;
  }
  if (!(over instanceof MapValue)) return new Fault('no such overload');
  for (const key of over.keys()) {
    frame.slots[first] = key;
    if (second !== undefined) frame.slots[second] = over.get(key);
    const decided = body(frame);
    if (decided !== undefined) return decided;
  }
  return undefined;
}

interface Loop {
  readonly body: Body;
  /** When no item decided it. */
  readonly result: () => Result;
}

/** `first`: the slot of the first variable. */
function planBody(planner: Planner, shape: LoopShape, first: number): () => Loop {
  switch (shape.kind) {
    case 'all':
      return quantifier(planner.plan(shape.predicate), false);
    case 'exists':
      return quantifier(planner.plan(shape.predicate), true);
    case 'existsOne':
      return exactlyOne(planner.plan(shape.predicate));
    case 'list':
    case 'map':
    case 'entries': {
      const filter = shape.filter && planner.plan(shape.filter);
      return collector(shape.kind, filter, planner.plan(shape.transform), first);
    }
  }
}

/** One item that decides makes up for the faults of others. */
function quantifier(predicate: Step, decides: boolean): () => Loop {
  return () => {
    let fault: Fault | undefined;
    return {
      body(frame) {
        frame.meter.charge(QUANTIFIER_COST);
        const holds = predicate(frame);
        if (holds === decides) return decides;
        if (typeof holds !== 'boolean') fault ??= holds instanceof Fault ? holds : new Fault('no such overload');
        return undefined;
      },
      result: () => fault ?? !decides,
    };
  };
}

function exactlyOne(predicate: Step): () => Loop {
  return () => {
    let count = 0;
    return {
      body(frame) {
        frame.meter.charge(1);
        const holds = predicate(frame);
        if (holds instanceof Fault) return holds;
        if (typeof holds !== 'boolean') return new Fault('no such overload');
        if (holds) count += 1;
        return undefined;
      },
      result: () => count === 1,
    };
  };
}

function collector(kind: 'list' | 'map' | 'entries', filter: Step | undefined, transform: Step, first: number): () => Loop {
  return () => {
    const items: Value[] = [];
    const entries = new Entries();
    return {
      body(frame) {
        const wanted = filter ? filter(frame) : true;
        if (wanted instanceof Fault) return wanted;
        if (typeof wanted !== 'boolean') return new Fault('no such overload');
        frame.meter.charge(wanted ? (kind === 'list' ? APPEND_COST : INSERT_COST) : 1);
        if (!wanted) return undefined;
        const made = transform(frame);
        if (made instanceof Fault) return made;
        if (kind === 'list') items.push(made);
        else if (kind === 'map') return insert(entries, frame.slots[first] as Value, made);
        else return insertAll(entries, made);
        return undefined;
      },
      result: () => (kind === 'list' ? new Items(items) : entries),
    };
  };
}

function insert(entries: Entries, key: Value, value: Value): Fault | undefined {
  return entries.add(key, value) ? undefined : new Fault(`insert failed: key ${keyLabel(key)} already exists`);
}

function insertAll(entries: Entries, made: Value): Fault | undefined {
  if (!(made instanceof MapValue)) return new Fault('no such overload');
  for (const key of made.keys()) {
    const value = made.get(key);
    if (value instanceof Fault) return value;
    const fault = insert(entries, key, value!);
    if (fault) return fault;
  }
  return undefined;
}

const keyLabel = (key: Value) => (typeof key === 'object' ? typeNameOf(key) : String(key));
