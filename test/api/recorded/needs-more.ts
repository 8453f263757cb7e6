/** Recorded cases, by a part of their name, whose answer needs more than the rules of one kind; the registry and the server answer them. */
export const NEEDS_MORE: readonly string[] = [
  // Another object, or the path of the request.
  'another name or namespace in the body',
  'a patch cannot rename',
  'metadata.namespace:',
  'metadata.resourceVersion: a stale one',
  'routing: a namespaced kind cannot be posted',
  'routing: methods that a path has not',
  'routing: PUT to a name that does not exist',
  'routing: making an object twice',
  'metadata.uid: another uid on PUT',
  'create: a resourceVersion in the body is refused',
  'generation:',
  'create: generation',
  'a spec change adds one to the generation',
  // Another version of the same objects.
  'what v1 cannot say survives a v1 patch',
  // We refuse more than 100 levels, the real server more than 10,000.
  'body: more than ten thousand nested arrays',
  // Admission.
  'pod priorityClassName: an unknown class',
  'pod serviceAccountName: an unknown account',
  'pod update: restartPolicy, grace period',
  'pod update: a PUT that lacks what admission added',
  'a pod manifest sent again by PUT',
  'persistentvolume: given values are kept',
  'the service account token volume is injected',
  // Allocation of addresses and ports.
  'service clusterIP: no address',
  'service update: clusterIP may not change',
  'service update: from ClusterIP to NodePort',
  'service update: to ExternalName',
  'service: turned to ExternalName',
  // Another form of the object.
  'scale: negative replicas',
  // The person who asks.
  'the requester is the caller',
  // Expressions, which the rules leave to whoever evaluates them.
  'webhookconfiguration: bad policies',
];
