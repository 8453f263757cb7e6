import type { FieldError } from '../../../api/field-error.js';
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission-plugin.js';

/** All plugins as one. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #context: AdmissionContext;

  constructor(plugins: readonly AdmissionPlugin[], context: AdmissionContext) {
    this.#plugins = plugins;
    this.#context = context;
  }

  /** Lets every plugin change or refuse the request. */
  async admit(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) {
      const answer = plugin.admit?.(request, this.#context);
      if (answer !== undefined) await answer;
    }
  }

  /** What the plugins find wrong with the finished object. */
  async validate(request: AdmissionRequest): Promise<readonly FieldError[]> {
    const errors: FieldError[] = [];
    for (const plugin of this.#plugins) {
      const found = await plugin.validate?.(request, this.#context);
      if (found) errors.push(...found);
    }
    return errors;
  }
}
