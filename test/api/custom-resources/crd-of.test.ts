import { expect } from 'chai';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { customResourceDefinitionOf } from '../../../lib/api/custom-resources/crd-of.js';
import { customResourceDefinitions } from '../../../lib/api/custom-resources/custom-resource-definitions.js';
import { definitionsOf } from '../../../lib/api/custom-resources/definitions-of.js';
import { defineResource } from '../../../lib/api/define-resource.js';
import type { KubeObject } from '../../../lib/api/object.js';
import { memoryCluster } from '../../support/memory-cluster.js';

const shops = defineResource<KubeObject>({
  group: 'demo.example.com',
  version: 'v1beta1',
  kind: 'Shop',
  shortNames: ['sh'],
  categories: ['all'],
  namespaced: false,
  schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: { type: 'object', properties: { replicas: { type: 'integer', default: 1 }, color: { type: 'string', pattern: '^[a-z]+$' } } },
      status: { type: 'object', properties: { replicas: { type: 'integer' } } },
    },
  },
  columns: [
    { name: 'Color', type: 'string', jsonPath: '.spec.color', description: 'What it looks like.', priority: 1 },
    { name: 'Size', type: 'integer', value: () => 1 },
  ],
  subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
  selectableFields: ['.spec.color'],
});

describe('customResourceDefinitionOf', () => {
  it('is taken by a server, and makes the same kind there', async () => {
    const { registries, stop } = await memoryCluster();
    const stored = await registries
      .registry(customResourceDefinitions)
      .create(customResourceDefinitionOf(shops), { fieldValidation: 'Strict' });
    const accepted = {
      ...stored,
      status: { conditions: [{ type: 'NamesAccepted', status: 'True' }], acceptedNames: stored.spec.names, storedVersions: ['v1beta1'] },
    };
    const [made] = definitionsOf(accepted, () => false);
    const facts = ({
      group,
      version,
      kind,
      listKind,
      plural,
      singular,
      shortNames,
      categories,
      namespaced,
      schema,
      subresources,
    }: typeof shops) => ({
      names: { group, version, kind, listKind, plural, singular, shortNames, categories, namespaced },
      schema,
      subresources,
    });
    expect(facts(made!)).to.deep.equal(facts(shops));
    expect(
      made!.columns.map(({ name }) => name),
      'the column with a function only code knows',
    ).to.deep.equal(['Name', 'Color']);
    expect(Object.keys(made!.selectableFields)).to.deep.equal(Object.keys(shops.selectableFields));
    await stop();
  });

  it('says nothing of what there is not', () => {
    const plain = customResourceDefinitionOf(defineResource<KubeObject>({ group: 'demo.example.com', version: 'v1', kind: 'Plain' }));
    expect(plain.spec.versions).to.deep.equal([
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        additionalPrinterColumns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
      },
    ]);
  });

  it('refuses built-in kinds', () => {
    expect(() => customResourceDefinitionOf(configMaps)).to.throw(TypeError, 'ConfigMap of v1 is built in');
  });
});
