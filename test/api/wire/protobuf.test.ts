import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect } from 'chai';
import { MAX_BODY_VALUES } from '../../../lib/api/schema/value-count.js';
import { StatusError } from '../../../lib/api/status-error.js';
import { decodeProtobuf, isProtobuf } from '../../../lib/api/wire/protobuf.js';

/** A message written field by field; nested ones by functions. */
type Field = readonly [number, string | number | boolean | Uint8Array | readonly Field[]];

function write(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === 'boolean') writer.tag(number, WireType.Varint).bool(value);
    else writer.tag(number, WireType.LengthDelimited).bytes(value instanceof Uint8Array ? value : write(value));
  }
  return writer.finish();
}

function body(apiVersion: string, kind: string, fields: readonly Field[]): Buffer {
  return Buffer.concat([
    Buffer.from('k8s\0'),
    write([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, write(fields)],
      [3, ''],
      [4, ''],
    ]),
  ]);
}

const decode = (apiVersion: string, kind: string, fields: readonly Field[]) => decodeProtobuf(body(apiVersion, kind, fields));

describe('Kubernetes protobuf', () => {
  it('says what an object is', () => {
    expect(decode('v1', 'Namespace', [[1, [[1, 'n']]]])).to.deep.equal({ kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'n' } });
    expect(isProtobuf(Buffer.from('{"kind":"Pod"}'))).to.equal(false);
  });

  it('leaves out zeros that are always sent, keeps those whose presence means something', () => {
    const spec: Field = [
      2,
      [
        [1, 0],
        [4, 0],
      ],
    ]; // replicas is a pointer, minReadySeconds is not
    expect(
      decode('v1', 'ReplicationController', [
        [
          1,
          [
            [1, 'a'],
            [5, ''],
            [7, 0],
            [8, []],
          ],
        ],
        spec,
      ]),
    ).to.deep.equal({
      kind: 'ReplicationController',
      apiVersion: 'v1',
      metadata: { name: 'a' },
      spec: { replicas: 0 },
    });
  });

  it('hoists embedded structs', () => {
    const volume: Field = [
      1,
      [
        [1, 'v'],
        [2, [[19, [[1, [[1, 'cm']]]]]]],
      ],
    ];
    const pod = decode('v1', 'Pod', [[2, [volume]]]) as { spec?: object };
    expect(pod.spec).to.deep.equal({ volumes: [{ name: 'v', configMap: { name: 'cm' } }] });
  });

  it('gives quantities, ports, times and bytes their JSON form', () => {
    const resources: Field = [
      8,
      [
        [
          2,
          [
            [1, 'cpu'],
            [2, [[1, '250m']]],
          ],
        ],
      ],
    ];
    const probe = (port: readonly Field[]): Field => [
      10,
      [
        [
          1,
          [
            [
              2,
              [
                [1, '/'],
                [2, port],
              ],
            ],
          ],
        ],
      ],
    ];
    const container = (port: readonly Field[]): Field => [2, [[1, 'c'], resources, probe(port)]];
    const pod = decode('v1', 'Pod', [
      [1, [[8, [[1, 1_700_000_000]]]]],
      [
        2,
        [
          container([
            [1, 0],
            [2, 80],
            [3, ''],
          ]),
          container([
            [1, 1],
            [2, 0],
            [3, 'http'],
          ]),
        ],
      ],
    ]);
    const shown = (port: unknown) => ({
      name: 'c',
      resources: { requests: { cpu: '250m' } },
      livenessProbe: { httpGet: { path: '/', port } },
    });
    expect(pod).to.deep.include({
      metadata: { creationTimestamp: '2023-11-14T22:13:20Z' },
      spec: { containers: [shown(80), shown('http')] },
    });
    expect(
      decode('v1', 'Secret', [
        [
          2,
          [
            [1, 'k'],
            [2, Buffer.from('value')],
          ],
        ],
      ]),
    ).to.deep.include({ data: { k: Buffer.from('value').toString('base64') } });
    const lease = decode('coordination.k8s.io/v1', 'Lease', [
      [
        2,
        [
          [
            4,
            [
              [1, 1_700_000_000],
              [2, 5_000_000],
            ],
          ],
        ],
      ],
    ]) as { spec?: object };
    expect(lease.spec).to.deep.equal({ renewTime: '2023-11-14T22:13:20.005000Z' });
  });

  it('keeps empty texts in lists, and odd keys of maps as they are', () => {
    const decoded = decode('v1', 'ConfigMap', [
      [
        1,
        [
          [14, ''],
          [
            11,
            [
              [1, '__proto__'],
              [2, 'x'],
            ],
          ],
        ],
      ],
    ]) as { metadata?: { finalizers?: string[]; labels?: object } };
    expect(decoded.metadata?.finalizers).to.deep.equal(['']);
    expect(Object.entries(decoded.metadata?.labels ?? {})).to.deep.equal([['__proto__', 'x']]);
  });

  it('knows the options of a DELETE under any group version', () => {
    expect(
      decode('apps/v1', 'DeleteOptions', [
        [1, 0],
        [4, 'Background'],
      ]),
    ).to.deep.include({ gracePeriodSeconds: 0, propagationPolicy: 'Background' });
  });

  it('skips what it does not know', () => {
    expect(
      decode('v1', 'ConfigMap', [
        [1, [[1, 'a']]],
        [999, 'new'],
        [998, 7],
      ]),
    ).to.deep.include({ metadata: { name: 'a' } });
  });

  it('refuses what is none with 400', () => {
    const good = body('v1', 'ConfigMap', [[1, [[1, 'a']]]]);
    const wrong = [
      Buffer.alloc(0),
      Buffer.from('{}'),
      good.subarray(0, good.length - 8),
      body('v1', 'Gizmo', []),
      Buffer.from('k8s\0\xff\xff\xff\xff\xff', 'latin1'),
    ];
    for (const bytes of wrong)
      expect(() => decodeProtobuf(bytes), bytes.toString('hex'))
        .to.throw()
        .with.property('code', 400);
  });

  it('refuses more values than a body may hold', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index): Field => [2, [[1, `k${index}`], [2, '']]]); // prettier-ignore
    expect(Object.keys((decode('v1', 'ConfigMap', keys(1000)) as { data?: object }).data ?? {})).to.have.lengthOf(1000);
    expect(() => decode('v1', 'ConfigMap', keys(MAX_BODY_VALUES + 1)))
      .to.throw(StatusError)
      .with.property('code', 413);
  });
});
