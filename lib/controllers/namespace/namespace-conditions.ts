import type { Namespace, NamespaceCondition } from 'kubernetes-types/core/v1.js';
import { withCondition } from '../../api/meta/conditions.js';
import type { Stored } from '../../api/object.js';
import type { Contents } from './namespace-contents.js';

/** What is right, in Kubernetes' words: type, reason, message. */
const FINE: readonly (readonly [string, string, string])[] = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  ['NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
];

/** The conditions that tell why a namespace is still there. The same list when nothing changes. */
export function deletionConditions({ status }: Stored<Namespace>, contents: Contents, now: number): readonly NamespaceCondition[] {
  const troubles = new Map(troublesOf(contents).map((trouble) => [trouble.type, trouble]));
  return FINE.reduce<readonly NamespaceCondition[]>(
    (conditions, [type, reason, message]) =>
      withCondition(conditions, troubles.get(type) ?? { type, status: 'False', reason, message }, now),
    status?.conditions ?? [],
  );
}

function troublesOf({ remaining, errors }: Contents): NamespaceCondition[] {
  const troubles: NamespaceCondition[] = [];
  const add = (type: string, reason: string, message: string) => troubles.push({ type, status: 'True', reason, message });
  if (errors.length > 0)
    add(
      'NamespaceDeletionContentFailure',
      'ContentDeletionFailed',
      `Failed to delete all resource types, ${errors.length} remaining: ${texts(errors)}`,
    );
  const resources = remaining.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`).sort();
  if (resources.length > 0)
    add('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${resources.join(', ')}`);
  const finalizers = finalizersOf(remaining);
  if (finalizers.length > 0)
    add(
      'NamespaceFinalizersRemaining',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
    );
  return troubles;
}

const texts = (errors: readonly unknown[]) => errors.map((error) => (error instanceof Error ? error.message : String(error))).join(', ');

function finalizersOf(remaining: Contents['remaining']): string[] {
  const counts = new Map<string, number>();
  for (const { objects } of remaining)
    for (const { metadata } of objects) for (const name of metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} in ${count} resource instances`).sort();
}
