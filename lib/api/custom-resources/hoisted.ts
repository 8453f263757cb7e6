import type { CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from 'kubernetes-types/apiextensions/v1.js';
import { sameJson } from '../validation/faults.js';

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** Where the parts of versions stand in messages when all versions say the same of them. */
const ABOVE: Readonly<Record<Part, string>> = {
  schema: 'spec.validation',
  subresources: 'spec.subresources',
  additionalPrinterColumns: 'spec.additionalPrinterColumns',
  selectableFields: 'spec.selectableFields',
};

/**
 * What the versions say of one part, with the path of each: what all say alike stands above the versions, once, since that is
 * where the server's own form of a definition has it.
 */
export function partsOf<P extends Part>(
  { versions }: CustomResourceDefinitionSpec,
  part: P,
): readonly { readonly path: string; readonly value: NonNullable<CustomResourceDefinitionVersion[P]> }[] {
  const [first, ...others] = versions;
  const same = others.every((version) => sameJson(version[part], first?.[part]));
  if (same && first) return first[part] === undefined ? [] : [{ path: ABOVE[part], value: first[part] }];
  return versions.flatMap((version, index) =>
    version[part] === undefined ? [] : [{ path: `spec.versions[${index}].${part}`, value: version[part] }],
  );
}
