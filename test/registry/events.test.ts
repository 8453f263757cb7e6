import { expect } from 'chai';
import type { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { events } from '../../lib/api/core/events.js';
import { eventsV1 } from '../../lib/api/events/events.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { rejection } from '../support/rejection.js';

describe('events of both groups', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster<VirtualEnvironment>>>;
  const name = { name: 'e', namespace: 'default' };
  const regarding = { kind: 'Pod', namespace: 'default', name: 'p' };
  const given = {
    metadata: name,
    eventTime: '2024-01-02T03:04:05.500000Z',
    reportingController: 'acme.io/c',
    reportingInstance: 'c-1',
    action: 'Act',
    reason: 'Why',
    type: 'Normal',
    note: 'text',
    regarding,
  };

  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  it('are the same objects under other names', async () => {
    const made = await cluster.registries.registry(eventsV1).create(given);
    expect(made).to.deep.include({
      apiVersion: 'events.k8s.io/v1',
      note: 'text',
      regarding,
      deprecatedSource: {},
      deprecatedFirstTimestamp: null,
    });
    const core = await cluster.registries.registry(events).get(name);
    expect(core).to.deep.include({
      apiVersion: 'v1',
      message: 'text',
      involvedObject: regarding,
      reportingComponent: 'acme.io/c',
      source: {},
    });
    expect(core.metadata).to.deep.equal(made.metadata);
    expect(core).not.to.have.any.keys('note', 'regarding', 'deprecatedSource');
  });

  it('of the old group show in the new one, and can be changed and watched there', async () => {
    const registry = cluster.registries.registry(eventsV1);
    const seen: unknown[] = [];
    registry.watch({ resourceVersion: '1' }).subscribe((event) => event.type !== 'BOOKMARK' && seen.push([event.type, event.object.note]));
    await cluster.registries
      .registry(events)
      .create({ metadata: name, involvedObject: regarding, message: 'old', count: 3, source: { component: 'kubelet' } });
    expect(await registry.get(name)).to.deep.include({ note: 'old', deprecatedCount: 3, deprecatedSource: { component: 'kubelet' } });
    await registry.modify(name, (event) => ({ ...event, note: 'new' }));
    expect((await cluster.registries.registry(events).get(name)).message).to.equal('new');
    await cluster.environment.advance(0);
    expect(seen).to.deep.equal([
      ['ADDED', 'old'],
      ['MODIFIED', 'new'],
    ]);
  });

  it('need more of who writes in the new group', async () => {
    const { action: _, ...without } = given;
    const error = await rejection(cluster.registries.registry(eventsV1).create(without));
    expect(error).to.deep.include({ code: 422 });
    expect((error as { details?: object }).details)
      .to.deep.include({ kind: 'Event' })
      .and.not.to.have.property('group');
  });

  it('are selected by the fields of the new group', async () => {
    const registry = cluster.registries.registry(eventsV1);
    await registry.create(given);
    const found = async (fieldSelector: string) => (await registry.list({ fieldSelector })).items.length;
    expect(await found('regarding.name=p,reportingController=acme.io/c')).to.equal(1);
    expect(await found('regarding.name=q')).to.equal(0);
  });
});
