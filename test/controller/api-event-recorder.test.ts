import { expect } from 'chai';
import type { Event } from 'kubernetes-types/core/v1.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { events } from '../../lib/api/core/events.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { ApiEventRecorder } from '../../lib/controller/api-event-recorder.js';
import type { ApiEventRecorderOptions } from '../../lib/controller/api-event-recorder.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { RecordingLogger } from '../support/recording-logger.js';

describe('ApiEventRecorder', () => {
  const make = async (options: Partial<ApiEventRecorderOptions> = {}) => {
    const cluster = await memoryCluster();
    const { registries, environment } = cluster;
    const logger = new RecordingLogger();
    const recorder = new ApiEventRecorder({ registries, environment, component: 'tester', host: 'machine', logger, ...options });
    const object = await registries.registry(configMaps).create({ metadata: { name: 'a', namespace: 'default' } });
    const written = async (): Promise<readonly Event[]> => {
      await environment.advance(0);
      return (await registries.registry(events).list()).items;
    };
    return { ...cluster, logger, recorder, object, written };
  };

  it('writes an event about an object', async () => {
    const { recorder, object, written, environment } = await make();
    recorder.event(object, 'Warning', 'Failed', 'It did not work');
    const [event, ...others] = await written();
    const time = new Date(environment.now()).toISOString().replace(/\.\d+Z/, 'Z');
    expect(others).to.deep.equal([]);
    expect(event?.metadata.name).to.match(/^a\.[0-9a-f]{16}$/);
    expect(event).to.deep.include({
      type: 'Warning',
      reason: 'Failed',
      message: 'It did not work',
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: 'tester', host: 'machine' },
      reportingComponent: 'tester',
      reportingInstance: 'machine',
      involvedObject: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'a',
        uid: object.metadata.uid,
        resourceVersion: object.metadata.resourceVersion,
      },
    });
  });

  it('puts events of cluster-wide objects into the default namespace', async () => {
    const { recorder, registries, written } = await make();
    recorder.event(await registries.registry(nodes).create({ metadata: { name: 'n' } }), 'Normal', 'Ready', 'It is ready');
    const [event] = await written();
    expect([event?.metadata.namespace, event?.involvedObject.namespace]).to.deep.equal(['default', undefined]);
  });

  it('raises the count of an event that is told again', async () => {
    const { recorder, object, written, environment } = await make();
    const tell = () => recorder.event(object, 'Normal', 'Pulled', 'The image is there');
    tell();
    await environment.advance(60_000);
    tell();
    await environment.advance(60_000);
    tell();
    const [event, ...others] = await written();
    expect(others).to.deep.equal([]);
    expect(event?.count).to.equal(3);
    expect(Date.parse(event?.lastTimestamp ?? '') - Date.parse(event?.firstTimestamp ?? '')).to.equal(120_000);
  });

  it('writes what is told in one burst once, with its count', async () => {
    const { recorder, object, written, registries, environment } = await make();
    const changes: string[] = [];
    registries
      .registry(events)
      .watch()
      .subscribe(({ type }) => changes.push(type));
    await environment.advance(0);
    for (let time = 0; time < 10; time++) recorder.event(object, 'Normal', 'Pulled', 'The image is there');
    const [event] = await written();
    expect(event?.count).to.equal(10);
    expect(changes.length, 'the first, and the repeats together').to.be.at.most(2);
  });

  it('keeps events apart that differ in object, type, reason or message', async () => {
    const { recorder, object, registries, written } = await make();
    const other = await registries.registry(configMaps).create({ metadata: { name: 'b', namespace: 'default' } });
    recorder.event(object, 'Normal', 'A', 'x');
    recorder.event(other, 'Normal', 'A', 'x');
    recorder.event(object, 'Warning', 'A', 'x');
    recorder.event(object, 'Normal', 'B', 'x');
    recorder.event(object, 'Normal', 'A', 'y');
    expect((await written()).map(({ count }) => count)).to.deep.equal([1, 1, 1, 1, 1]);
  });

  it('makes the event anew, with its count, when the server has let it expire', async () => {
    const { recorder, object, written, registries, environment } = await make();
    recorder.event(object, 'Normal', 'Pulled', 'The image is there');
    await environment.advance(0);
    await registries.registry(events).deleteMany({ namespace: 'default' });
    recorder.event(object, 'Normal', 'Pulled', 'The image is there');
    expect((await written()).map(({ count }) => count)).to.deep.equal([2]);
  });

  it('takes another name when the one it made up is taken', async () => {
    class Unlucky extends VirtualEnvironment {
      draws = 0;
      override random(): number {
        return this.draws++ < 2 ? 0 : 0.5;
      }
    }
    const { object, registries, written } = await make();
    const environment = new Unlucky();
    for (const component of ['a', 'b']) new ApiEventRecorder({ registries, environment, component }).event(object, 'Normal', 'X', 'x');
    expect((await written()).map(({ source }) => source?.component).sort()).to.deep.equal(['a', 'b']);
  });

  it('writes so many events of an object at once, then one each time', async () => {
    const { recorder, object, written, environment, registries } = await make({ burst: 3, refill: '1m' });
    const other = await registries.registry(configMaps).create({ metadata: { name: 'b', namespace: 'default' } });
    const tell = () => recorder.event(object, 'Normal', 'Tick', `at ${environment.now()} ${environment.random()}`);
    for (let time = 0; time < 10; time++) tell();
    expect(await written()).to.have.length(3);
    await environment.advance(60_000);
    tell();
    tell();
    expect(await written()).to.have.length(4);
    recorder.event(other, 'Normal', 'Tick', 'another object is not limited by it');
    expect(await written()).to.have.length(5);
  });

  it('remembers only so much', async () => {
    const { recorder, object, written } = await make({ remembered: 2, burst: 100 });
    for (const message of ['a', 'b', 'c', 'a']) {
      recorder.event(object, 'Normal', 'Tick', message);
      await written();
    }
    expect((await written()).map(({ message, count }) => [message, count]).sort()).to.deep.equal([
      ['a', 1],
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
  });

  it('cuts messages that are too long', async () => {
    const { recorder, object, written } = await make();
    recorder.event(object, 'Normal', 'Long', 'x'.repeat(5000));
    expect((await written())[0]?.message).to.have.length(1024);
  });

  it('never throws: it logs what cannot be written, and ignores what has no name', async () => {
    const { recorder, object, written, logger, storage } = await make();
    recorder.event({ kind: 'ConfigMap' }, 'Normal', 'Nameless', 'x');
    recorder.event({}, 'Normal', 'Nameless', 'x');
    expect(await written()).to.deep.equal([]);
    await storage.stop();
    recorder.event(object, 'Normal', 'Late', 'x');
    await recorder.stop();
    expect(logger.messages('warn')).to.deep.equal(['an event could not be written']);
  });

  it('waits for what is being written when stopped, ignores what comes then, and can be started again', async () => {
    const { recorder, object, written } = await make();
    recorder.event(object, 'Normal', 'Before', 'x');
    await recorder.stop();
    recorder.event(object, 'Normal', 'Between', 'x');
    expect((await written()).map(({ reason }) => reason)).to.deep.equal(['Before']);
    await recorder.start();
    recorder.event(object, 'Normal', 'After', 'x');
    expect((await written()).map(({ reason }) => reason).sort()).to.deep.equal(['After', 'Before']);
  });
});
