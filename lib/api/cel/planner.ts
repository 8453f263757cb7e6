import type { Checked } from './checker.js';
import { TYPE_NAMES } from './environment.js';
import type { Step } from './frame.js';
import { planLoop } from './plan-loop.js';
import { planOperator } from './plan-operators.js';
import { planOverloads } from './plan-overloads.js';
import { planSelect } from './plan-select.js';
import type { Comprehension, ListNode, MapNode, Node } from './node.js';
import { Entries, Fault, Items, Optional, TypeValue, typeNameOf } from './values.js';

const LIST_COST = 10;
const MAP_COST = 30;

/** Turns a checked expression into functions, once; they run as often as is wanted. */
export class Planner {
  readonly #checked: Checked;
  readonly #steps = new Map<Node, Step>();
  readonly #scope: { readonly name: string; readonly read: Step }[] = [];
  #slots = 0;

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  /** How many slots a frame needs. */
  get slots(): number {
    return this.#slots;
  }

  plan(node: Node): Step {
    let step = this.#steps.get(node);
    if (!step) this.#steps.set(node, (step = this.#make(node)));
    return step;
  }

  /** A place for a variable. */
  slot(): number {
    this.#slots += 1;
    return this.#slots - 1;
  }

  /** Plans a part in which a name is read so. */
  within<T>(names: readonly { readonly name: string; readonly read: Step }[], plan: () => T): T {
    this.#scope.push(...names);
    const result = plan();
    this.#scope.length -= names.length;
    return result;
  }

  #make(node: Node): Step {
    switch (node.kind) {
      case 'literal': {
        const { value } = node;
        return () => value;
      }
      case 'ident':
        return this.#ident(node, node.name);
      case 'select':
        return this.#checked.names.has(node)
          ? this.#variable(this.#checked.names.get(node)!)
          : planSelect(this.plan(node.operand), node.field, node.test);
      case 'call':
        return planOperator(this, node) ?? planOverloads(this, node, this.#checked);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return () => new Fault(`unknown type: ${node.name}`);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #ident(node: Node, name: string): Step {
    const local = this.#scope.findLast((one) => one.name === name);
    return local ? local.read : this.#variable(this.#checked.names.get(node) ?? name);
  }

  #variable(name: string): Step {
    const type = TYPE_NAMES.has(name) ? new TypeValue(name) : undefined;
    return (frame) => {
      frame.meter.charge(1);
      const value = frame.variable(name);
      return value === undefined ? (type ?? new Fault(`no such attribute(s): ${name}`)) : value;
    };
  }

  #comprehension(node: Comprehension): Step {
    if (node.shape.kind !== 'bind') return planLoop(this, node, node.shape);
    const slot = this.slot();
    const { body } = node.shape;
    const value = this.plan(node.shape.value);
    // Evaluated when it is first asked for, if ever.
    const read: Step = (frame) => {
      frame.meter.charge(1);
      const known = frame.slots[slot];
      return known === undefined ? (frame.slots[slot] = value(frame)) : known;
    };
    const inner = this.within([{ name: node.accumulator, read }], () => this.plan(body));
    return (frame) => {
      frame.slots[slot] = undefined;
      return inner(frame);
    };
  }

  #list({ elements, optional }: ListNode): Step {
    const steps = elements.map((element) => this.plan(element));
    return (frame) => {
      frame.meter.charge(LIST_COST);
      const items = [];
      for (let index = 0; index < steps.length; index += 1) {
        const item = steps[index]!(frame);
        if (item instanceof Fault) return item;
        if (!optional.has(index)) items.push(item);
        else if (!(item instanceof Optional)) return new Fault('no such overload');
        else if (item.value !== undefined) items.push(item.value);
      }
      return new Items(items);
    };
  }

  #map({ entries }: MapNode): Step {
    const steps = entries.map(({ key, value, optional }) => ({ key: this.plan(key), value: this.plan(value), optional }));
    return (frame) => {
      frame.meter.charge(MAP_COST);
      const map = new Entries();
      for (const step of steps) {
        const key = step.key(frame);
        if (key instanceof Fault) return key;
        let value = step.value(frame);
        if (value instanceof Fault) return value;
        if (step.optional) {
          if (!(value instanceof Optional)) return new Fault('no such overload');
          if (value.value === undefined) continue;
          value = value.value;
        }
        if (!map.add(key, value))
          return new Fault(
            map.get(key) === undefined ? `unsupported key type: ${typeNameOf(key)}` : `Failed with repeated key: ${valueText(key)}`,
          );
      }
      return map;
    };
  }
}

const valueText = (key: unknown) => (typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key));
