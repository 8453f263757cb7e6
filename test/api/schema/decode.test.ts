import { expect } from 'chai';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { events } from '../../../lib/api/core/events.js';
import { pods } from '../../../lib/api/core/pods.js';
import { secrets } from '../../../lib/api/core/secrets.js';
import { services } from '../../../lib/api/core/services.js';
import { leases } from '../../../lib/api/coordination/leases.js';
import { defineResource } from '../../../lib/api/define-resource.js';
import type { KubeObject } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { parseJson } from '../../../lib/api/schema/parse-json.js';
import { StatusError } from '../../../lib/api/status-error.js';

const decoded = <T extends KubeObject>(definition: ResourceDefinition<T>, value: unknown) => decode(definition, value).object;
const refusal = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (error) {
    if (StatusError.is(error)) return error;
    throw error;
  }
  throw new Error('it was accepted');
};
const refuses = <T extends KubeObject>(definition: ResourceDefinition<T>, value: unknown) =>
  expect(
    refusal(() => decode(definition, value)),
    JSON.stringify(value),
  ).to.have.property('reason', 'BadRequest');
const pod = (container: object) => ({ spec: { containers: [{ name: 'c', ...container }] } });

describe('decode', () => {
  it('fills in apiVersion and kind, and refuses others', () => {
    expect(decoded(configMaps, { metadata: { name: 'm' } })).to.deep.equal({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm' },
    });
    refuses(configMaps, { kind: 'Pod' });
    refuses(configMaps, { kind: 'configmap' });
    refuses(configMaps, { apiVersion: 'v2', kind: 'ConfigMap' });
    refuses(configMaps, { kind: 5 });
  });

  it('refuses what is no object', () => {
    for (const value of [null, [], 'text', 12, true]) refuses(configMaps, value);
  });

  it('copies: nothing of the input is shared, and it may be frozen', () => {
    const labels = Object.freeze({ a: 'b' });
    const object = decoded(configMaps, Object.freeze({ metadata: Object.freeze({ name: 'm', labels }) }));
    expect(object.metadata?.labels).to.deep.equal(labels);
    expect(object.metadata?.labels === labels).to.equal(false);
  });

  it('refuses values of the wrong type, and names the field', () => {
    expect(refusal(() => decode(pods, pod({ name: 1 }))).message).to.equal(
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field .spec.containers.name of type string',
    );
    refuses(pods, { spec: { containers: {} } });
    refuses(pods, { spec: { containers: ['c'] } });
    refuses(pods, { spec: { containers: [[]] } });
    refuses(pods, { spec: { hostNetwork: 'true' } });
    refuses(configMaps, { data: ['a'] });
    refuses(configMaps, { data: { a: 1 } });
    refuses(configMaps, { metadata: { labels: { a: true } } });
  });

  it('takes integers that are some, in their range', () => {
    refuses(pods, pod({ ports: [{ containerPort: 80.5 }] }));
    refuses(pods, pod({ ports: [{ containerPort: '80' }] }));
    refuses(pods, pod({ ports: [{ containerPort: 2 ** 31 }] }));
    const body = (number: string) => parseJson(`{"spec":{"activeDeadlineSeconds":${number}}}`, { exactNumbers: true }).value;
    for (const number of ['2.0', '2e1', '99999999999999999999', '1.5']) refuses(pods, body(number));
    expect(decoded(pods, body('4294967296')).spec?.activeDeadlineSeconds).to.equal(4_294_967_296);
  });

  it('takes an integer or a text where either may stand', () => {
    const port = (targetPort: unknown) => decoded(services, { spec: { ports: [{ port: 80, targetPort }] } }).spec?.ports?.[0]?.targetPort;
    expect([port(8080), port('web')]).to.deep.equal([8080, 'web']);
    for (const bad of [true, {}, 80.5, []]) refuses(services, { spec: { ports: [{ port: 80, targetPort: bad }] } });
  });

  it('brings quantities into canonical form, never finer than a thousandth', () => {
    const { value } = parseJson('{"cpu":"0.0001","memory":1000,"a.b/c":"1024Mi","d.e/f":1e3}', { exactNumbers: true });
    const object = decoded(pods, pod({ resources: { requests: value } }));
    expect(object.spec?.containers[0]?.resources?.requests).to.deep.equal({ cpu: '1m', memory: '1k', 'a.b/c': '1Gi', 'd.e/f': '1e3' });
    refuses(pods, pod({ resources: { limits: { cpu: 'much' } } }));
  });

  it('brings times into UTC, and wants six decimals where the API has them', () => {
    expect(decoded(configMaps, { metadata: { creationTimestamp: '2024-01-02T03:04:05.9+02:00' } }).metadata?.creationTimestamp).to.equal(
      '2024-01-02T01:04:05Z',
    );
    const renewTime = (text: string) => decoded(leases, { spec: { renewTime: text } }).spec?.renewTime;
    expect(renewTime('2024-01-02T03:04:05.500000+02:00')).to.equal('2024-01-02T01:04:05.500000Z');
    for (const bad of ['2024-01-02T03:04:05Z', '2024-01-02T03:04:05.5Z', 'now']) refuses(leases, { spec: { renewTime: bad } });
    for (const bad of ['2024-01-02', 'yesterday', '2024-01-02 03:04:05Z', 5]) refuses(configMaps, { metadata: { creationTimestamp: bad } });
  });

  it('checks base64, and drops its line breaks', () => {
    const data = (text: unknown) => decoded(secrets, { data: { a: text } }).data?.['a'];
    expect(data('YQ==')).to.equal('YQ==');
    expect(data('YWJj\nZGVm\r\n')).to.equal('YWJjZGVm');
    expect(data('YR==')).to.equal('YQ==');
    for (const bad of ['%%%', 'YQ', 'not base64!', 5]) refuses(secrets, { data: { a: bad } });
  });

  it('drops nulls, empty lists and maps, and zeros that mean "unset"', () => {
    const object = decoded(pods, {
      metadata: { labels: {}, creationTimestamp: null },
      spec: {
        containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 0 }], args: null }],
        volumes: [],
        hostNetwork: false,
        hostname: '',
      },
    });
    expect(object.metadata).to.deep.equal({});
    expect(object.spec).to.deep.equal({ containers: [{ name: 'c', ports: [{ containerPort: 80 }], resources: {} }] });
  });

  it('keeps zeros whose presence counts, and empty structs', () => {
    const { spec } = decoded(pods, {
      spec: { containers: [], activeDeadlineSeconds: 0, affinity: {}, automountServiceAccountToken: false },
    });
    expect(spec).to.deep.equal({ containers: null, activeDeadlineSeconds: 0, affinity: {}, automountServiceAccountToken: false });
  });

  it('shows what the API always shows', () => {
    expect(decoded(events, { involvedObject: {} })).to.deep.include({
      source: {},
      firstTimestamp: null,
      eventTime: null,
      reportingComponent: '',
    });
    expect(decoded(services, {}).status).to.deep.equal({ loadBalancer: {} });
  });

  it('makes empty texts of nulls in lists and maps of texts', () => {
    expect(decoded(configMaps, { data: { a: null, b: 'x' } }).data).to.deep.equal({ a: '', b: 'x' });
    expect(decoded(pods, pod({ args: ['a', null] })).spec?.containers[0]?.args).to.deep.equal(['a', '']);
  });

  it('tells of unknown fields, refuses them, or drops them silently', () => {
    const value = { ...pod({ nope: 1 }), oddity: true };
    const path = ['unknown field "spec.containers[0].nope"', 'unknown field "oddity"'];
    const { object, warnings } = decode(pods, value);
    expect(warnings).to.deep.equal(path);
    expect(object).not.to.have.property('oddity');
    expect(refusal(() => decode(pods, value, { fieldValidation: 'Strict' })).message).to.equal(
      `Pod in version "v1" cannot be handled as a Pod: strict decoding error: ${path.join(', ')}`,
    );
    expect(decode(pods, value, { fieldValidation: 'Ignore' }).warnings).to.deep.equal([]);
    expect(decode(configMaps, { Data: {} }).warnings).to.deep.equal(['unknown field "Data"']);
  });

  it('tells of duplicate fields in the same way', () => {
    const { value, duplicateFields } = parseJson('{"data":{"a":"1"},"data":{"b":"2"}}');
    expect(decode(configMaps, value, { duplicateFields }).warnings).to.deep.equal(['duplicate field "data"']);
    expect(refusal(() => decode(configMaps, value, { duplicateFields, fieldValidation: 'Strict' })).code).to.equal(400);
  });

  it('never takes a field for a prototype', () => {
    refuses(configMaps, JSON.parse('{"__proto__":{"a":1}}'));
    refuses(configMaps, JSON.parse('{"data":{"__proto__":"x"}}'));
    expect(decoded(configMaps, { data: { constructor: 'x', toString: 'y' } }).data).to.deep.equal({ constructor: 'x', toString: 'y' });
    expect(decode(configMaps, JSON.parse('{"constructor":1}')).warnings).to.deep.equal(['unknown field "constructor"']);
  });

  it('drops fields of features that are off, without a word', () => {
    const { object, warnings } = decode(pods, { metadata: { selfLink: '/x' }, spec: { containers: [], schedulingGroup: {} } });
    expect(warnings).to.deep.equal([]);
    expect(object.spec).not.to.have.property('schedulingGroup');
    expect(object.metadata).not.to.have.property('selfLink');
  });

  describe('of a custom kind', () => {
    const widgets = defineResource<KubeObject & { spec?: unknown }>({
      group: 'wire.example.com',
      version: 'v1',
      kind: 'Widget',
      schema: {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            properties: {
              a: { type: 'string' },
              b: { type: 'string', nullable: true },
              free: {
                type: 'object',
                'x-kubernetes-preserve-unknown-fields': true,
                properties: { o: { type: 'object', properties: { x: {} } } },
              },
              template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
            },
          },
        },
      },
    });
    const head = { apiVersion: 'wire.example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
    const spec = (value: unknown) => (decoded(widgets, { ...head, spec: value }) as { spec: unknown }).spec;

    it('needs apiVersion and kind, and the right ones', () => {
      refuses(widgets, { kind: 'Widget' });
      refuses(widgets, { apiVersion: 'wire.example.com/v1' });
      refuses(widgets, { ...head, apiVersion: 'wire.example.com/v2' });
      expect(refusal(() => decode(widgets, { ...head, kind: 'Gadget' }))).to.include({ code: 422, reason: 'Invalid' });
    });

    it('is pruned, with nulls that the schema does not allow', () => {
      expect(spec({ a: null, b: null, zzz: 1 })).to.deep.equal({ b: null });
      expect(decode(widgets, { ...head, spec: { zzz: 1 }, extra: 1 }).warnings).to.have.members([
        'unknown field "spec.zzz"',
        'unknown field "extra"',
      ]);
    });

    it('keeps what a preserving field holds, except inside declared objects', () => {
      expect(spec({ free: { any: { thing: [1, 'x', null] }, o: { x: 1, y: 2 } } })).to.deep.equal({
        free: { any: { thing: [1, 'x', null] }, o: { x: 1 } },
      });
    });

    it('keeps type and metadata of embedded objects', () => {
      const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', odd: 1 }, spec: { y: 1 }, zzz: 1 };
      expect(spec({ template })).to.deep.equal({ template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} } });
    });

    it('leaves wrong types to validation, but not in metadata', () => {
      expect(spec({ a: 5 })).to.deep.equal({ a: 5 });
      refuses(widgets, { ...head, metadata: { labels: { a: 1 } } });
    });
  });
});
