import { facts } from '../../api/schema/facts.js';
import type { ServedGroup } from '../discovery/groups.js';
import type { Operation } from './operation.js';
import { fillIn, groupNames } from './operation-names.js';

/** The operations of paths that are no resources, by the key of the OpenAPI v3 document that tells of them. */
export function documentOperations(groups: readonly ServedGroup[]): ReadonlyMap<string, readonly Operation[]> {
  const all = new Map<string, Operation[]>();
  const builtIn = groups.filter(
    ({ name, versions }) => name !== '' && versions.some(({ definitions }) => definitions.some((one) => !one.custom)),
  );
  const add = (path: string, operation: Operation) => {
    const key = path.replace(/\/$/, '');
    all.set(key, [...(all.get(key) ?? []), operation]);
  };
  for (const [pattern, id, tag, returns, media] of facts.operations.documents) {
    for (const names of namesFor(pattern, builtIn)) {
      const path = fillIn(pattern, names);
      add(path, {
        path: `/${path}`,
        method: 'get',
        id: fillIn(id, names),
        tag: fillIn(tag, names),
        description: `get ${path}`,
        parameters: [],
        answer: {
          media: typeof media === 'string' ? (facts.operations.media[media] ?? []) : media,
          type: returns === 'string' ? 'string' : { type: returns },
          codes: [200],
        },
      });
    }
  }
  return all;
}

/** Each way in which a pattern can be filled in. */
function namesFor(pattern: string, groups: readonly ServedGroup[]): readonly Readonly<Record<string, string>>[] {
  if (!pattern.includes('{group}')) return [{}];
  return groups.flatMap(({ name: group, versions }) =>
    (pattern.includes('{version}') ? versions.map(({ version }) => version) : ['']).map((version) => {
      const names = groupNames(group, version);
      return { group, version, v: version, GV: names.groupVersion, G: names.group, g: names.groupTag };
    }),
  );
}
