import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const PAGE = ['../../docs/api.md', '../../../docs/api.md'].map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync);

/** What the page must say of a kind. */
function row({ group, version, plural, kind, namespaced, verbs, shortNames = [], subresources }: ResourceDefinition): string {
  const served = ALL.every((verb) => (verbs as readonly string[]).includes(verb)) ? 'all' : [...verbs].sort().join(', ');
  const names = [plural, ...shortNames].join(', ');
  const parts = Object.keys(subresources ?? {}).sort();
  return `| ${group === '' ? version : `${group}/${version}`} | ${kind} | ${names} | ${namespaced ? 'yes' : 'no'} | ${served} | ${parts.join(', ')} |`;
}

describe('docs/api.md', () => {
  it('tells the kinds and verbs that are served', () => {
    const rows = readFileSync(PAGE ?? '', 'utf8')
      .split('\n')
      .filter((line) => /^\| (v1|[\w.]+\/v\d)/.test(line));
    expect(rows).to.deep.equal([...builtInDefinitions].sort(byGroup).map(row));
  });
});

function byGroup(a: ResourceDefinition, b: ResourceDefinition): number {
  const key = ({ group, version, plural }: ResourceDefinition) => `${group}/${version}/${plural}`;
  return key(a) < key(b) ? -1 : 1;
}
