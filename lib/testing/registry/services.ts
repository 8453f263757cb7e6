import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { causesOf, failsWith, named, serviceNamed } from './registry-bed.js';
import type { RegistryTest } from './registry-suite.js';

export function serviceAddresses(test: RegistryTest): void {
  test('gives each service an address of its own', async (bed) => {
    const make = (at: number) => bed.services.create(serviceNamed(`s${at}`));
    const made = await Promise.all(Array.from({ length: 10 }, (_, at) => make(at)));
    const addresses = made.map(({ spec }) => spec?.clusterIP ?? '');
    assert.equal(new Set(addresses).size, 10);
    for (const address of addresses) assert.ok(isIPv4(address), address);
    assert.deepEqual(made[0]?.spec?.clusterIPs, [addresses[0]]);
  });

  test('gives none to headless services and external names', async (bed) => {
    assert.equal((await bed.services.create(serviceNamed('headless', { clusterIP: 'None' }))).spec?.clusterIP, 'None');
    const external = { type: 'ExternalName', externalName: 'example.com', ports: [] };
    assert.equal((await bed.services.create(serviceNamed('external', external))).spec?.clusterIP, undefined);
  });

  test('gives an address that is asked for, once', async (bed) => {
    const { spec } = await bed.services.create(serviceNamed('a'));
    const clusterIP = spec?.clusterIP ?? '';
    const taken = await failsWith('Invalid', bed.services.create(serviceNamed('b', { clusterIP })));
    assert.deepEqual(causesOf(taken), ['spec.clusterIPs: FieldValueInvalid']);
    assert.match(taken.message, /provided IP is already allocated/);
    await bed.services.delete(named('a'));
    assert.equal((await bed.services.create(serviceNamed('b', { clusterIP }))).spec?.clusterIP, clusterIP);
  });

  test('refuses an address that is none of its range', async (bed) => {
    const error = await failsWith('Invalid', bed.services.create(serviceNamed('a', { clusterIP: '203.0.113.7' })));
    assert.deepEqual(causesOf(error), ['spec.clusterIPs: FieldValueInvalid']);
    assert.match(error.message, /is not in the valid range/);
  });

  test('keeps the address when an update leaves it out, and refuses to change it', async (bed) => {
    const { spec } = await bed.services.create(serviceNamed('a'));
    const kept = await bed.services.update(serviceNamed('a', { ports: [{ port: 81 }] }));
    assert.equal(kept.spec?.clusterIP, spec?.clusterIP);
    const other = bed.services.update({ ...kept, spec: { ...kept.spec, clusterIP: '127.96.1.1', clusterIPs: ['127.96.1.1'] } });
    assert.ok(causesOf(await failsWith('Invalid', other)).some((cause) => cause.startsWith('spec.clusterIPs[0]')));
  });

  test('gives node ports to services that have them, and takes them back', async (bed) => {
    const { spec } = await bed.services.create(serviceNamed('a', { type: 'NodePort' }));
    const nodePort = spec?.ports?.[0]?.nodePort ?? 0;
    assert.ok(nodePort >= 30_000 && nodePort <= 32_767, String(nodePort));
    const wanted = () => serviceNamed('b', { type: 'NodePort', ports: [{ port: 80, nodePort }] });
    const error = await failsWith('Invalid', bed.services.create(wanted()));
    assert.deepEqual(causesOf(error), ['spec.ports[0].nodePort: FieldValueInvalid']);
    const plain = await bed.services.patch(named('a'), { type: 'merge', patch: { spec: { type: 'ClusterIP' } } });
    assert.equal(plain.spec?.ports?.[0]?.nodePort, undefined);
    assert.equal((await bed.services.create(wanted())).spec?.ports?.[0]?.nodePort, nodePort);
  });

  test('takes nothing for a dry run or a refused service', async (bed) => {
    const dry = await bed.services.create(serviceNamed('a'), { dryRun: true });
    const clusterIP = dry.spec?.clusterIP;
    assert.ok(clusterIP);
    const bad = serviceNamed('b', { clusterIP, ports: [{ port: 80, nodePort: 80 }], type: 'NodePort' });
    await failsWith('Invalid', bed.services.create(bad));
    assert.equal((await bed.services.create(serviceNamed('c', { clusterIP }))).spec?.clusterIP, clusterIP);
    await failsWith('AlreadyExists', bed.services.create(serviceNamed('c')));
  });
}
