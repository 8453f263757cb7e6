import { expect } from 'chai';
import type { Endpoints, Service } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../lib/api/object.js';
import { portalsOf } from '../../lib/proxy/service-ports.js';

const metadata = { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const service = (spec: Service['spec']): Stored<Service> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { clusterIP: '127.96.0.7', ...spec },
});
const endpoints = (...subsets: NonNullable<Endpoints['subsets']>): Stored<Endpoints> => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata,
  subsets,
});

describe('portalsOf', () => {
  it('joins a Service port with the endpoint port of its name', () => {
    const portals = portalsOf(
      service({
        ports: [
          { name: 'http', port: 80 },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      }),
      endpoints({
        addresses: [{ ip: '127.64.1.3', targetRef: { kind: 'Pod', namespace: 'shop', name: 'b' } }, { ip: '127.64.1.2' }],
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 5353, protocol: 'UDP' },
        ],
      }),
    );
    expect(portals).to.deep.equal([
      {
        key: 'shop/web:http',
        protocol: 'TCP',
        address: '127.96.0.7',
        port: 80,
        affinitySeconds: undefined,
        targets: [
          { address: '127.64.1.2', port: 8080 },
          { address: '127.64.1.3', port: 8080, pod: 'shop/b' },
        ],
      },
      {
        key: 'shop/web:dns',
        protocol: 'UDP',
        address: '127.96.0.7',
        port: 53,
        affinitySeconds: undefined,
        targets: [
          { address: '127.64.1.2', port: 5353 },
          { address: '127.64.1.3', port: 5353, pod: 'shop/b' },
        ],
      },
    ]);
  });

  it('leaves out addresses that are not ready, and ports of another protocol', () => {
    const [portal] = portalsOf(
      service({ ports: [{ port: 80 }] }),
      endpoints(
        { notReadyAddresses: [{ ip: '127.64.1.2' }], ports: [{ port: 8080 }] },
        { addresses: [{ ip: '127.64.1.3' }], ports: [{ port: 8080, protocol: 'UDP' }] },
      ),
    );
    expect(portal?.targets).to.deep.equal([]);
  });

  it('gives no portal to headless and ExternalName Services, and keeps that of one whose finalizers hold it', () => {
    expect(portalsOf(service({ clusterIP: 'None', ports: [{ port: 80 }] }), undefined)).to.deep.equal([]);
    expect(portalsOf(service({ type: 'ExternalName', ports: [{ port: 80 }] }), undefined)).to.deep.equal([]);
    const going = { ...service({ ports: [{ port: 80 }] }), metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(portalsOf(going, undefined)).to.have.length(1);
  });

  it('reads client-IP affinity, three hours by default', () => {
    const ports = [{ port: 80 }];
    expect(portalsOf(service({ ports, sessionAffinity: 'ClientIP' }), undefined)[0]?.affinitySeconds).to.equal(10_800);
    expect(
      portalsOf(service({ ports, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } }), undefined)[0]
        ?.affinitySeconds,
    ).to.equal(5);
  });
});
