import { expect } from 'chai';
import type { Event } from 'kubernetes-types/core/v1.js';
import { events } from '../../lib/api/core/events.js';
import { timestamp } from '../../lib/api/meta/time.js';
import { eventExpiryController } from '../../lib/controllers/event-expiry/event-expiry-controller.js';
import { running } from './running.js';
import type { Running } from './running.js';

const MINUTE = 60_000;

describe('event expiry controller', () => {
  let cluster: Running;

  beforeEach(async () => {
    cluster = await running([eventExpiryController()]);
  });

  afterEach(() => cluster.stop());

  const event = (name: string, more: Partial<Event> = {}): Event => ({
    metadata: { name, namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    reason: 'Tested',
    ...more,
  });
  const names = async () => (await cluster.all(events)).map(({ metadata }) => metadata.name);

  it('deletes an event an hour after it was told', async () => {
    await cluster.registry(events).create(event('a'));
    await cluster.settle(59 * MINUTE);
    expect(await names()).to.deep.equal(['a']);
    await cluster.settle(MINUTE);
    expect(await names()).to.deep.equal([]);
  });

  it('counts from the last time it was told', async () => {
    await cluster.registry(events).create(event('a'));
    await cluster.settle(30 * MINUTE);
    const lastTimestamp = timestamp(cluster.environment.now());
    await cluster.registry(events).modify({ name: 'a', namespace: 'default' }, (current) => ({ ...current, count: 2, lastTimestamp }));
    await cluster.settle(59 * MINUTE);
    expect(await names()).to.deep.equal(['a']);
    await cluster.settle(MINUTE);
    expect(await names()).to.deep.equal([]);
  });

  it('counts from the last time it was written, whatever of it', async () => {
    await cluster.registry(events).create(event('a'));
    await cluster.settle(30 * MINUTE);
    await cluster.registry(events).modify({ name: 'a', namespace: 'default' }, (current) => ({ ...current, message: 'more of it' }));
    await cluster.settle(59 * MINUTE);
    expect(await names()).to.deep.equal(['a']);
    await cluster.settle(MINUTE);
    expect(await names()).to.deep.equal([]);
  });

  it('leaves events to a storage that deletes them, and deletes those that it has left', async () => {
    const other = await running([eventExpiryController({ patience: '5m' })]);
    const name = (one: string) => ({ name: one, namespace: 'default' });
    await other.registry(events).create(event('a'));
    await other.registry(events).create(event('b'));
    await other.settle(60 * MINUTE);
    await other.registry(events).delete(name('a')); // as such a storage does
    await other.settle(4 * MINUTE);
    expect(other.writes).to.deep.equal([]);
    await other.settle(MINUTE);
    expect(other.writes).to.deep.equal(['events delete']);
    expect(await other.all(events)).to.deep.equal([]);
    await other.stop();
  });

  it('takes another time where one is given', async () => {
    const other = await running([eventExpiryController({ ttl: '10s' })]);
    await other.registry(events).create(event('a'));
    await other.settle(10_000);
    expect(await other.all(events)).to.deep.equal([]);
    await other.stop();
  });
});
