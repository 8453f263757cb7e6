import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from 'kubernetes-types/apiextensions/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { updateFaults } from './crd-update-rules.js';
import { definitionFaults, newDefinitionFaults } from './crd-rules.js';
import { shapeSchema } from './schema-shape.js';

/** Kinds that users post: each makes resource definitions at run time, one a served version. */
export const customResourceDefinitions = defineBuiltIn<CustomResourceDefinition>('apiextensions.k8s.io/v1/customresourcedefinitions', {
  storagePrefix: '/registry/apiextensions.k8s.io/customresourcedefinitions',
  standardFinalizers: false,
  rules: {
    default({ spec }) {
      setNames(spec);
      const mutable = spec as Mutable<CustomResourceDefinitionSpec>;
      mutable.conversion ??= { strategy: 'None' };
      mutable.versions ??= []; // an empty list is as none once it is decoded
      for (const { schema } of spec.versions) if (schema?.openAPIV3Schema) shapeSchema(schema.openAPIV3Schema);
    },
    prepareCreate(draft) {
      addStoredVersion(draft);
    },
    prepareUpdate(draft, _, { subresource }) {
      if (subresource === undefined) addStoredVersion(draft);
    },
    validate: definitionFaults,
    validateCreate: newDefinitionFaults,
    validateUpdate: updateFaults,
  },
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function setNames({ names }: CustomResourceDefinitionSpec): void {
  const { kind } = names;
  if (!kind) return;
  const mutable = names as Mutable<typeof names>;
  mutable.singular ||= kind.toLowerCase();
  mutable.listKind ||= `${kind}List`;
}

/** A version that objects are stored in is remembered, so that it is not removed before they have been rewritten. */
function addStoredVersion(draft: CustomResourceDefinition): void {
  const storage = draft.spec.versions.find((version) => version.storage)?.name;
  const known = draft.status?.storedVersions ?? [];
  if (storage === undefined || known.includes(storage)) return;
  const status = { conditions: null, acceptedNames: { plural: '', kind: '' }, ...draft.status, storedVersions: [...known, storage] };
  (draft as Mutable<CustomResourceDefinition>).status = status as unknown as NonNullable<CustomResourceDefinition['status']>;
}
