import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { pods } from '../../lib/api/core/pods.js';
import type { StatusReason } from '../../lib/api/status-error.js';
import { StatusError } from '../../lib/api/status-error.js';
import { RemoteRegistries } from '../../lib/registry/remote/remote-registries.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { eventually } from '../support/eventually.js';
import { rejection } from '../support/rejection.js';
import { remoteCluster } from './support/remote-cluster.js';
import type { Handler } from './support/scripted-server.js';
import { reply, ScriptedServer } from './support/scripted-server.js';

const map = { metadata: { name: 'a', namespace: 'default', uid: 'u', resourceVersion: '5', creationTimestamp: '2025-01-01T00:00:00Z' } };
const name = { name: 'a', namespace: 'default' };

async function refusal(call: Promise<unknown>, reason: StatusReason): Promise<StatusError> {
  const error = await rejection(call);
  expect(error).to.be.instanceOf(StatusError);
  expect(error).to.have.property('reason', reason);
  return error as StatusError;
}

describe('RemoteRegistries and their server', () => {
  let server: ScriptedServer | undefined;
  const serve = async (handler: Handler): Promise<ScriptedServer> => {
    server = new ScriptedServer(handler);
    await server.start();
    return server;
  };
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  describe('too many requests', () => {
    const busy = { kind: 'Status', status: 'Failure', reason: 'TooManyRequests', message: 'slow down', code: 429 };

    it('come again when the server says', async () => {
      const environment = new VirtualEnvironment();
      const { registries, requests } = bound(
        await serve((_, response, count) => (count < 3 ? reply(response, 429, busy, { 'retry-after': '7' }) : reply(response, 200, map))),
        environment,
      );
      const answer = registries.registry(configMaps).get(name);
      await eventually(() => environment.pendingTimers > 0 && requests.length === 1);
      await environment.advance(6_999);
      expect(requests).to.have.length(1);
      await environment.advance(1);
      await eventually(() => requests.length === 2 && environment.pendingTimers > 0);
      await environment.advance(7_000);
      expect((await answer).metadata.uid).to.equal('u');
      expect(requests).to.have.length(3);
    });

    it('come again with their body', async () => {
      const bodies: string[] = [];
      const { registries } = bound(
        await serve((request, response, count) => {
          request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
          request.on('end', () => (count === 1 ? reply(response, 429, busy, { 'retry-after': '0' }) : reply(response, 201, map)));
        }),
      );
      await registries.registry(configMaps).create({ metadata: { name: 'a' }, data: { a: '1' } });
      expect(bodies).to.have.length(2);
      expect(bodies[1]).to.equal(bodies[0]).and.to.contain('"a":"1"');
    });

    it('are refused when the server does not say when to come again', async () => {
      const { registries, requests } = bound(await serve((_, response) => reply(response, 429, busy)));
      const error = await refusal(registries.registry(configMaps).get(name), 'TooManyRequests');
      expect(error.code).to.equal(429);
      expect(requests).to.have.length(1);
    });

    it('are refused when they do not end', async () => {
      const { registries, requests } = bound(await serve((_, response) => reply(response, 429, busy, { 'retry-after': '0' })));
      await refusal(registries.registry(configMaps).get(name), 'TooManyRequests');
      expect(requests).to.have.length(11);
    });

    it('are given up with their caller', async () => {
      const environment = new VirtualEnvironment();
      const { registries } = bound(await serve((_, response) => reply(response, 429, busy, { 'retry-after': '7' })), environment);
      const abort = new AbortController();
      const call = rejection(registries.registry(configMaps).get(name, { signal: abort.signal }));
      await eventually(() => environment.pendingTimers > 0);
      const reason = new Error('enough');
      abort.abort(reason);
      expect(await call).to.equal(reason);
      expect(environment.pendingTimers).to.equal(0);
    });
  });

  describe('a connection that is lost', () => {
    it('leaves open whether a write was carried out', async () => {
      const { registries, requests } = bound(await serve((request) => request.socket.destroy()));
      const registry = registries.registry(configMaps);
      for (const write of [
        () => registry.create({ metadata: { name: 'a' } }),
        () => registry.update({ metadata: { name: 'a' } }),
        () => registry.patch(name, { type: 'merge', patch: {} }),
        () => registries.registry(pods).delete(name),
      ]) {
        expect((await refusal(write(), 'Timeout')).message).to.match(/may have been carried out/);
      }
      expect(requests).to.have.length(4);
    });

    it('leaves it open in the middle of the answer, too', async () => {
      const { registries } = bound(
        await serve((request, response) => {
          response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' });
          response.write('{"metadata":', () => request.socket.destroy());
        }),
      );
      await refusal(registries.registry(configMaps).create({ metadata: { name: 'a' } }), 'Timeout');
    });

    it('lets a read be repeated', async () => {
      const { registries } = bound(await serve((request) => request.socket.destroy()));
      await refusal(registries.registry(configMaps).get(name), 'ServiceUnavailable');
      await refusal(registries.registry(configMaps).list(), 'ServiceUnavailable');
    });

    it('carried out no write when there never was one', async () => {
      const { registries } = bound(await serve(() => undefined));
      await server!.stop();
      await refusal(registries.registry(configMaps).create({ metadata: { name: 'a' } }), 'ServiceUnavailable');
    });

    it('is taken for lost when no answer comes', async () => {
      const environment = new VirtualEnvironment();
      const { registries, requests } = bound(await serve(() => undefined), environment);
      const call = refusal(registries.registry(configMaps).get(name), 'ServiceUnavailable');
      await eventually(() => requests.length === 1);
      await environment.advance(65_000);
      expect((await call).message).to.match(/no answer within 65 s/);
    });
  });

  describe('an answer', () => {
    it('is a Status with all its parts', async () => {
      const details = {
        name: 'a',
        kind: 'ConfigMap',
        causes: [{ reason: 'FieldValueInvalid', field: 'data', message: 'bad' }],
        retryAfterSeconds: 3,
      };
      const status = {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        reason: 'Invalid',
        message: 'ConfigMap "a" is invalid',
        details,
        code: 422,
      };
      const { registries } = bound(await serve((_, response) => reply(response, 422, status)));
      const error = await refusal(registries.registry(configMaps).create({ metadata: { name: 'a' } }), 'Invalid');
      expect(error.message).to.equal(status.message);
      expect(error.details).to.deep.equal(details);
    });

    it('is understood when it is no Status', async () => {
      const { registries } = bound(
        await serve((_, response, count) => {
          if (count === 1) response.writeHead(503, { 'content-type': 'text/plain' }).end('upstream is down\n');
          else if (count === 2) response.writeHead(502, { 'content-type': 'text/html' }).end();
          else reply(response, 404, { error: 'what?' });
        }),
      );
      const registry = registries.registry(configMaps);
      expect((await refusal(registry.get(name), 'ServiceUnavailable')).message).to.equal('upstream is down');
      expect((await refusal(registry.get(name), 'InternalError')).code).to.equal(502);
      await refusal(registry.get(name), 'NotFound');
    });

    it('that is not JSON is refused as one', async () => {
      const { registries } = bound(await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')));
      await refusal(registries.registry(configMaps).get(name), 'InternalError');
    });

    it('that redirects is refused', async () => {
      const { registries, requests } = bound(await serve((_, response) => response.writeHead(302, { location: '/login' }).end()));
      await refusal(registries.registry(configMaps).get(name), 'InternalError');
      expect(requests).to.have.length(1);
    });

    it('brings warnings, with their quotes', async () => {
      const warning = ['299 - "unknown field \\"x\\""', '299 kubelib "old" , 299 - "older \\\\ oldest"'];
      const { registries } = bound(await serve((_, response) => reply(response, 201, map, { warning })));
      const texts: string[] = [];
      await registries.registry(configMaps).create({ metadata: { name: 'a' } }, { onWarning: (text) => texts.push(text) });
      expect(texts).to.deep.equal(['unknown field "x"', 'old', 'older \\ oldest']);
    });
  });

  describe('a request', () => {
    it('says who asks, what for, and how', async () => {
      const { registries, requests } = bound(await serve((_, response) => reply(response, 200, map)), undefined, '/prefix/');
      const registry = registries.registry(configMaps);
      await registry.update({ metadata: name }, { dryRun: true, fieldManager: 'me', fieldValidation: 'Strict' });
      await registry.apply({ metadata: name }, { fieldManager: 'me', force: true });
      await registry.get({ name: 'a b', namespace: 'default' }, { resourceVersion: '7' });
      expect(requests.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        'PUT /prefix/api/v1/namespaces/default/configmaps/a?dryRun=All&fieldManager=me&fieldValidation=Strict',
        'PATCH /prefix/api/v1/namespaces/default/configmaps/a?fieldManager=me&force=true',
        'GET /prefix/api/v1/namespaces/default/configmaps/a%20b?resourceVersion=7',
      ]);
      expect(requests[0]?.headers).to.include({ authorization: 'Bearer secret', 'content-type': 'application/json' });
      expect(requests[1]?.headers['content-type']).to.equal('application/apply-patch+yaml');
    });

    it('is given up with its caller', async () => {
      const { registries, requests } = bound(await serve(() => undefined));
      const abort = new AbortController();
      const call = rejection(registries.registry(configMaps).list({ signal: abort.signal }));
      await eventually(() => requests.length === 1);
      const reason = new Error('enough');
      abort.abort(reason);
      expect(await call).to.equal(reason);
      await eventually(() => server!.sockets.size === 0);
    });

    it('shares its connection with those before it', async () => {
      const opened = await serve((_, response) => reply(response, 200, map));
      const { registries } = bound(opened);
      for (let at = 0; at < 5; at += 1) await registries.registry(configMaps).get(name);
      expect(opened.sockets.size).to.equal(1);
      await registries.stop();
      await eventually(() => opened.sockets.size === 0);
    });
  });

  describe('over HTTPS', () => {
    it('does not talk to a server of another authority', async () => {
      const { cluster, registries, stop } = await remoteCluster();
      const stranger = new RemoteRegistries({
        cluster: { ...cluster, ca: undefined },
        catalog: registries.catalog,
        environment: systemEnvironment,
      });
      try {
        await refusal(stranger.registry(configMaps).list(), 'ServiceUnavailable');
        await refusal(stranger.registry(configMaps).create({ metadata: { name: 'a' } }), 'ServiceUnavailable');
        expect((await registries.registry(configMaps).list()).items).to.have.length(0);
      } finally {
        await stranger.stop();
        await stop();
      }
    });

    it('is nobody without credentials', async () => {
      const { cluster, registries, stop } = await remoteCluster();
      const nobody = new RemoteRegistries({
        cluster: { ...cluster, certificate: undefined, key: undefined },
        catalog: registries.catalog,
        environment: systemEnvironment,
      });
      try {
        const error = await refusal(nobody.registry(configMaps).list(), 'Forbidden');
        expect(error.message).to.contain('system:anonymous');
      } finally {
        await nobody.stop();
        await stop();
      }
    });
  });
});

function bound(server: ScriptedServer, environment?: VirtualEnvironment, path?: string) {
  return { registries: server.registries(environment, path), requests: server.requests };
}
