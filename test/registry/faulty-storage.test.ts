import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { services } from '../../lib/api/core/services.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { StatusError } from '../../lib/api/status-error.js';
import { StoredRegistries } from '../../lib/registry/stored/stored-registries.js';
import { MemoryStorage } from '../../lib/storage/memory/memory-storage.js';
import type { StorageErrorCode } from '../../lib/storage/storage-error.js';
import { StorageError } from '../../lib/storage/storage-error.js';
import type { Committed, Guard, Write } from '../../lib/storage/storage.js';
import { serviceNamed } from '../../lib/testing/registry/registry-bed.js';
import { rejection } from '../support/rejection.js';

/** A store whose next commits fail as a test wants: before they are written, or after. */
class FaultyStorage extends MemoryStorage {
  fault: { readonly code: StorageErrorCode; readonly landed: boolean; readonly on: (key: string) => boolean } | undefined;

  override async commit(writes: readonly Write[], guards?: readonly Guard[]): Promise<Committed> {
    const { fault } = this;
    if (!fault || !writes.some(({ key }) => fault.on(key))) return super.commit(writes, guards);
    if (fault.landed) await super.commit(writes, guards);
    throw new StorageError(fault.code, 'on purpose');
  }
}

describe('StoredRegistries on a storage that fails', () => {
  const environment = new VirtualEnvironment();
  let storage: FaultyStorage;
  let registries: StoredRegistries;

  beforeEach(async () => {
    storage = new FaultyStorage({ environment });
    registries = new StoredRegistries({ storage, environment, catalog: createCatalog(builtInDefinitions), serviceRange: '10.9.0.0/29' });
    await registries.start();
  });
  afterEach(async () => {
    await registries.stop();
    await storage.stop();
  });

  const reasons = [
    ['Unavailable', 'ServiceUnavailable', 503],
    ['Unknown', 'Timeout', 504],
    ['Full', 'InternalError', 500],
    ['TooLarge', 'RequestEntityTooLarge', 413],
    ['Corrupt', 'InternalError', 500],
  ] as const;
  for (const [code, reason, status] of reasons) {
    it(`answers ${reason} to ${code}`, async () => {
      storage.fault = { code, landed: false, on: () => true };
      const error = (await rejection(registries.registry(configMaps).create({ metadata: { name: 'a' } }))) as StatusError;
      expect([error.reason, error.code]).to.deep.equal([reason, status]);
      expect(StorageError.is(error.cause, code)).to.equal(true);
      storage.fault = undefined;
      await registries.registry(configMaps).create({ metadata: { name: 'a' } });
    });
  }

  it('gives the address of a service back that was not written', async () => {
    storage.fault = { code: 'Unavailable', landed: false, on: (key) => key.startsWith('/registry/services/specs/') };
    for (let at = 0; at < 8; at += 1) await rejection(registries.registry(services).create(serviceNamed(`s${at}`)));
    storage.fault = undefined;
    for (let at = 0; at < 5; at += 1) await registries.registry(services).create(serviceNamed(`s${at}`));
  });

  it('keeps the address of a service that may have been written', async () => {
    storage.fault = { code: 'Unknown', landed: true, on: (key) => key.startsWith('/registry/services/specs/') };
    expect(await rejection(registries.registry(services).create(serviceNamed('a')))).to.have.property('reason', 'Timeout');
    storage.fault = undefined;
    const { spec } = await registries.registry(services).get({ name: 'a' });
    const thief = registries.registry(services).create(serviceNamed('b', { clusterIP: spec?.clusterIP ?? '' }));
    expect(await rejection(thief)).to.have.property('reason', 'Invalid');
  });

  it('answers with the written service although what it no longer uses cannot be given back', async () => {
    await registries.registry(services).create(serviceNamed('a'));
    storage.fault = { code: 'Unavailable', landed: false, on: (key) => !key.startsWith('/registry/services/specs/') };
    const gone = await registries.registry(services).delete({ name: 'a' });
    expect(gone.metadata.name).to.equal('a');
    expect(await rejection(registries.registry(services).get({ name: 'a' }))).to.have.property('reason', 'NotFound');
  });
});
