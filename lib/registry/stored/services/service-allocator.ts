import type { Service, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../../base/environment.js';
import { services } from '../../../api/core/services.js';
import type { FieldError } from '../../../api/field-error.js';
import { invalid, invalidObject } from '../../../api/field-error.js';
import type { ObjectName } from '../../../api/object.js';
import { keyOf, parseKey } from '../../../api/object.js';
import { StatusError } from '../../../api/status-error.js';
import type { Storage } from '../../../storage/storage.js';
import type { Reservation } from '../kinds/strategy.js';
import { ObjectStore } from '../object-store.js';
import { stored } from '../storage-errors.js';
import type { AddressRange } from './address-range.js';
import { ClaimPool } from './claim-pool.js';
import { addressOf, needsAddress, needsHealthPort, needsNodePorts, nodePortsOf } from './service-fields.js';

const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;
/** Random picks before the free values are counted. */
const GUESSES = 12;
/** The one service that may have the first address. */
const KUBERNETES: ObjectName = { namespace: 'default', name: 'kubernetes' };

/** What {@link ServiceAllocator} needs. */
export interface ServiceAllocatorOptions {
  readonly storage: Storage;
  readonly environment: Environment;
  readonly range: AddressRange;
}

/** A reservation under way: what was taken so far. */
interface Taking {
  readonly name: ObjectName;
  readonly uid: string;
  readonly dryRun: boolean;
  readonly addresses: string[];
  readonly ports: string[];
}

/** Gives services their cluster addresses and node ports. */
export class ServiceAllocator {
  readonly #environment: Environment;
  readonly #range: AddressRange;
  readonly #storage: Storage;
  readonly #store: ObjectStore<Service>;
  readonly #addresses: ClaimPool;
  readonly #ports: ClaimPool;

  constructor({ storage, environment, range }: ServiceAllocatorOptions) {
    this.#environment = environment;
    this.#range = range;
    this.#storage = storage;
    this.#store = new ObjectStore(services, storage);
    const pool = (prefix: string, holds: (service: Service, value: string) => boolean) =>
      new ClaimPool({
        storage,
        environment,
        prefix,
        isUsed: async ({ owner, uid }, value) => {
          const found = await this.#store.find(parseKey(owner));
          return found !== undefined && found.object.metadata.uid === uid && holds(found.object, value);
        },
      });
    this.#addresses = pool('/registry/ranges/serviceips/', (service, value) => addressOf(service) === value);
    this.#ports = pool('/registry/ranges/servicenodeports/', (service, value) => nodePortsOf(service).has(Number(value)));
  }

  /** Takes what the draft asks for and lacks, and writes it in; throws 422 for what it cannot have. */
  async reserve(draft: Service, old: Service | undefined, name: ObjectName, dryRun: boolean): Promise<Reservation> {
    const uid = draft.metadata?.uid ?? '';
    const taking: Taking = { name, uid, dryRun, addresses: [], ports: [] };
    try {
      const errors = [
        ...(await this.#takeAddress(draft.spec ?? {}, old, taking)),
        ...(await this.#takePorts(draft.spec ?? {}, old, taking)),
      ];
      if (errors.length > 0) throw invalidObject(services, name.name, errors);
    } catch (error) {
      await this.#giveBack(taking.addresses, taking.ports, uid);
      throw error;
    }
    return {
      undo: () => this.#giveBack(taking.addresses, taking.ports, uid),
      settle: () => this.#giveBackUnused(draft, old, uid),
    };
  }

  /** A service is gone. */
  async release(service: Service): Promise<void> {
    const address = addressOf(service);
    await this.#giveBack(address ? [address] : [], [...nodePortsOf(service)].map(String), service.metadata?.uid ?? '');
  }

  /** Removes claims without a service, makes those that are missing. For the start. */
  async repair(): Promise<void> {
    await this.#addresses.repair();
    await this.#ports.repair();
    const { entries } = await stored(this.#storage.list(this.#store.prefix()));
    const [addresses, ports] = [await this.#addresses.taken(), await this.#ports.taken()];
    for (const entry of entries) {
      const service = this.#store.codec.decode(entry);
      const owner = keyOf(service);
      const address = addressOf(service);
      if (address && !addresses.has(address)) await this.#addresses.take(address, owner, service.metadata.uid);
      for (const port of nodePortsOf(service))
        if (!ports.has(String(port))) await this.#ports.take(String(port), owner, service.metadata.uid);
    }
  }

  async #takeAddress(spec: ServiceSpec, old: Service | undefined, taking: Taking): Promise<FieldError[]> {
    if (!needsAddress(spec) || (spec.clusterIP && spec.clusterIP === addressOf(old))) return [];
    if (!spec.clusterIP) {
      spec.clusterIP = await this.#takeAny(
        this.#addresses,
        this.#range.size,
        (index) => this.#range.at(index),
        taking,
        taking.addresses,
        'a serviceIP',
      );
      spec.clusterIPs = [spec.clusterIP];
      return [];
    }
    const why = await this.#refusalOfAddress(spec.clusterIP, taking);
    return why === undefined ? [] : [invalid('spec.clusterIPs', [spec.clusterIP], `failed to allocate IP ${spec.clusterIP}: ${why}`)];
  }

  async #refusalOfAddress(address: string, taking: Taking): Promise<string | undefined> {
    if (!this.#range.contains(address)) {
      return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.#range.text}`;
    }
    const kept = address === this.#range.first && keyOf(taking.name) !== keyOf(KUBERNETES);
    const taken = !kept && (await this.#take(this.#addresses, address, taking, taking.addresses));
    return taken ? undefined : 'provided IP is already allocated';
  }

  async #takePorts(spec: ServiceSpec, old: Service | undefined, taking: Taking): Promise<FieldError[]> {
    const errors: FieldError[] = [];
    const held = new Set(nodePortsOf(old));
    const request = async (port: number, field: string) => {
      if (held.has(port)) return;
      const why = await this.#refusalOfPort(port, taking);
      if (why) errors.push(invalid(field, port, why));
      else held.add(port);
    };
    const ports = spec.ports ?? [];
    for (const [at, port] of ports.entries()) if (port.nodePort) await request(port.nodePort, `spec.ports[${at}].nodePort`);
    if (spec.healthCheckNodePort) await request(spec.healthCheckNodePort, 'spec.healthCheckNodePort');
    if (errors.length > 0) return errors;
    if (needsNodePorts(spec)) await this.#fillNodePorts(spec, taking);
    if (needsHealthPort(spec) && !spec.healthCheckNodePort) spec.healthCheckNodePort = await this.#takeAnyPort(taking);
    return [];
  }

  /** Ports of one number, such as 53/TCP and 53/UDP, get one node port. */
  async #fillNodePorts({ ports = [] }: ServiceSpec, taking: Taking): Promise<void> {
    for (const port of ports) {
      if (port.nodePort) continue;
      const twin = ports.find((other) => other.port === port.port && other.protocol !== port.protocol && other.nodePort);
      port.nodePort = twin?.nodePort ?? (await this.#takeAnyPort(taking));
    }
  }

  async #refusalOfPort(port: number, taking: Taking): Promise<string | undefined> {
    if (port < FIRST_PORT || port > LAST_PORT) {
      return `provided port is not in the valid range. The range of valid ports is ${FIRST_PORT}-${LAST_PORT}`;
    }
    return (await this.#take(this.#ports, String(port), taking, taking.ports)) ? undefined : 'provided port is already allocated';
  }

  async #takeAnyPort(taking: Taking): Promise<number> {
    const size = LAST_PORT - FIRST_PORT + 1;
    return Number(await this.#takeAny(this.#ports, size, (index) => String(FIRST_PORT + index), taking, taking.ports, 'a nodePort'));
  }

  async #take(pool: ClaimPool, value: string, { name, uid, dryRun }: Taking, taken: string[]): Promise<boolean> {
    if (dryRun) return pool.isFree(value);
    const got = await pool.take(value, keyOf(name), uid);
    if (got) taken.push(value);
    return got;
  }

  /** A random free value. */
  async #takeAny(
    pool: ClaimPool,
    size: number,
    at: (index: number) => string,
    taking: Taking,
    taken: string[],
    what: string,
  ): Promise<string> {
    const random = () => Math.floor(this.#environment.random() * size);
    for (let guess = 0; guess < GUESSES; guess += 1) {
      const value = at(random());
      if (await this.#take(pool, value, taking, taken)) return value;
    }
    const held = await pool.taken();
    const start = random();
    for (let step = 0; step < size; step += 1) {
      const value = at((start + step) % size);
      if (!held.has(value) && (await this.#take(pool, value, taking, taken))) return value;
    }
    throw new StatusError('InternalError', `Internal error occurred: failed to allocate ${what}: range is full`);
  }

  async #giveBackUnused(service: Service, old: Service | undefined, uid: string): Promise<void> {
    const before = addressOf(old);
    const ports = nodePortsOf(service);
    const unused = [...nodePortsOf(old)].filter((port) => !ports.has(port));
    await this.#giveBack(before && before !== addressOf(service) ? [before] : [], unused.map(String), uid);
  }

  async #giveBack(addresses: readonly string[], ports: readonly string[], uid: string): Promise<void> {
    for (const address of addresses) await this.#addresses.giveBack(address, uid);
    for (const port of ports) await this.#ports.giveBack(port, uid);
  }
}
