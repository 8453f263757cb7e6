import type { KubeObject } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { ControllerBuilder } from '../controller/controller-for.js';
import { controllerFor } from '../controller/controller-for.js';

/** Begins the description of a controller that says what it sees of its own writes, such as counts of pods, when the watch brings them. */
export function builtInController<T extends KubeObject>(definition: ResourceDefinition<T>): ControllerBuilder<T> {
  return controllerFor(definition).options({ ownWrites: 'reconciled' });
}
