interface Texts {
  readonly common: Readonly<Record<string, string>>;
  /** By type and field; the text of the type itself under an empty name. */
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What the built-in types and their fields are, in words. */
export class Descriptions {
  readonly #texts: Texts;

  private constructor(texts: Texts) {
    this.#texts = texts;
  }

  static #loaded: Promise<Descriptions> | undefined;

  /** Read when first asked for: they are more text than the rest of the server, and many servers never show them. */
  static load(): Promise<Descriptions> {
    return (this.#loaded ??= import('./descriptions.generated.js').then(
      ({ DESCRIPTIONS_JSON }) => new Descriptions(JSON.parse(DESCRIPTIONS_JSON) as Texts),
    ));
  }

  /** Of a type of the facts table, such as `core/v1.Pod`. */
  ofType(type: string): string | undefined {
    return this.#texts.types[type]?.[''];
  }

  /** Of a field of such a type. */
  ofField(type: string, field: string): string | undefined {
    return this.#texts.types[type]?.[field] ?? this.ofEvery(field);
  }

  /** Of a field that all objects have: `apiVersion` or `kind`. */
  ofEvery(field: string): string | undefined {
    return this.#texts.common[field];
  }
}
