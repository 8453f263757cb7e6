import { expect } from 'chai';
import { resourceClaims, resourceClaimTemplates } from '../../../lib/api/resources/resource-claims.js';
import { resourceSlices } from '../../../lib/api/resources/resource-slices.js';
import { created, faults, updated } from './rules.js';

const claim = (...requests: object[]) => ({ spec: { devices: { requests } } });
const GPU = { name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } };

describe('rules of devices', () => {
  it('a claim asks by name, for devices of a class or for alternatives', () => {
    const at = 'spec.devices.requests[0]';
    const rows: readonly (readonly [request: object, ...faults: string[]])[] = [
      [GPU],
      [{ ...GPU, name: 'A' }, `Invalid ${at}.name`],
      [{ name: 'gpu' }, `Required ${at}`],
      [{ ...GPU, firstAvailable: [{ name: 'a', deviceClassName: 'a' }] }, `Invalid ${at}`],
      [{ name: 'gpu', exactly: {} }, `Required ${at}.exactly.deviceClassName`],
      [{ name: 'gpu', exactly: { deviceClassName: 'a', count: -1 } }, `Invalid ${at}.exactly.count`],
      [{ name: 'gpu', exactly: { deviceClassName: 'a', allocationMode: 'All', count: 2 } }, `Invalid ${at}.exactly.count`],
      [{ name: 'gpu', firstAvailable: [1, 2].map(() => ({ name: 'a', deviceClassName: 'a' })) }, `Duplicate ${at}.firstAvailable[1].name`],
    ];
    for (const [request, ...expected] of rows)
      expect(faults(resourceClaims, claim(request)), JSON.stringify(request)).to.deep.equal(expected);
    expect(faults(resourceClaims, claim(GPU, GPU))).to.deep.equal(['Duplicate spec.devices.requests[1].name']);
    for (const spec of [{}, { devices: null }, { devices: { requests: null } }]) {
      expect(faults(resourceClaims, { spec })).to.deep.equal([]);
      expect(faults(resourceClaimTemplates, { spec: { spec } })).to.deep.equal([]);
    }
    expect(faults(resourceClaimTemplates, { spec: {} })).to.deep.equal([]);
    expect(faults(resourceClaimTemplates, { spec: claim({ name: 'gpu' }) })).to.deep.equal(['Required spec.spec.devices.requests[0]']);
  });

  it('what is claimed stays', () => {
    const old = created(resourceClaims, claim(GPU));
    expect(old.spec).to.deep.equal(claim({ ...GPU, exactly: { ...GPU.exactly, allocationMode: 'ExactCount', count: 1 } }).spec);
    expect(updated(resourceClaims, old, claim({ ...GPU, name: 'b' })).faults).to.deep.equal(['Invalid spec']);
  });

  it('tables say how far a claim is and whose devices a slice lists', () => {
    const state = (body: object) => resourceClaims.columns.find(({ name }) => name === 'State')!.value(created(resourceClaims, body), 0);
    const allocation = { devices: {} };
    expect(state(claim(GPU))).to.equal('pending');
    const column = resourceClaims.columns.find(({ name }) => name === 'State')!;
    const old = created(resourceClaims, claim(GPU));
    expect(column.value({ ...old, status: { allocation, reservedFor: [{}] } }, 0)).to.equal('allocated,reserved');
    const slice = created(resourceSlices, { spec: { driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } } });
    expect(resourceSlices.columns.map((one) => one.value(slice, 0)).slice(1, 4)).to.deep.equal(['<unset>', 'd', 'p']);
  });
});
