import { expect } from 'chai';
import { endpointOf } from '../../../lib/storage/etcd/client/endpoint.js';
import { EtcdStorage } from '../../../lib/storage/etcd/index.js';

describe('the options of EtcdStorage', () => {
  it('take endpoints with and without a scheme and a port', () => {
    expect(endpointOf('127.0.0.1:4001').target).to.equal('dns:127.0.0.1:4001');
    expect(endpointOf('http://etcd.example.com').target).to.equal('dns:etcd.example.com:2379');
    expect(endpointOf('https://etcd:80/').target).to.equal('dns:etcd:80');
    expect(endpointOf('[::1]:2379').target).to.equal('dns:[::1]:2379');
  });

  it('make it speak TLS for https, and for all endpoints once there are certificates', () => {
    expect(endpointOf('http://etcd:1').credentials._isSecure()).to.equal(false);
    expect(endpointOf('https://etcd:1').credentials._isSecure()).to.equal(true);
    expect(endpointOf('etcd:1', {}).credentials._isSecure()).to.equal(true);
  });

  it('are refused when they make no sense', () => {
    for (const endpoint of ['', 'etcd:port', 'ftp://etcd', 'http://etcd/path', 'two words:1']) {
      expect(() => new EtcdStorage({ endpoints: [endpoint] }), endpoint).to.throw(TypeError, 'is no endpoint of etcd');
    }
    expect(() => new EtcdStorage({ endpoints: [] })).to.throw(TypeError);
    expect(() => new EtcdStorage({ username: 'u' })).to.throw(TypeError, 'password');
    expect(() => new EtcdStorage({ tls: { cert: 'c' } })).to.throw(TypeError, 'key');
  });
});
