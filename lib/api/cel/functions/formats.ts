import { parseTime } from '../../meta/time.js';
import { hasFormat } from '../../schema/formats.js';
import type { Syntax } from '../../validation/names.js';
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../validation/names.js';
import type { Overload } from '../overload.js';
import { matching } from '../overload.js';
import { OPAQUE_NAMES, overload } from '../signature.js';
import type { Value } from '../values.js';
import { Items, Opaque, Optional } from '../values.js';

/** How long the longest pattern of a format is, for its cost. */
const PATTERN_SIZE = 128;

class Format extends Opaque {
  readonly typeName = OPAQUE_NAMES['Format']!;

  constructor(
    readonly name: string,
    readonly complaints: Syntax,
  ) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof Format && this.name === other.name;
  }
}

/** What comes before a generated part may end in a dash. */
const prefixOf =
  (whole: Syntax): Syntax =>
  (text) =>
    whole(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const schemaFormat =
  (format: string, words: string): Syntax =>
  (text) =>
    hasFormat(text, format) ? [] : [words];

const FORMATS: Readonly<Record<string, Syntax>> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: dnsSubdomain,
  dns1035Label,
  qualifiedName,
  dns1123LabelPrefix: prefixOf(dnsLabel),
  dns1123SubdomainPrefix: prefixOf(dnsSubdomain),
  dns1035LabelPrefix: prefixOf(dns1035Label),
  labelValue,
  uri: schemaFormat('uri', 'invalid URI'),
  uuid: schemaFormat('uuid', 'does not match the UUID format'),
  byte: schemaFormat('byte', 'invalid base64'),
  date: schemaFormat('date', 'invalid date'),
  datetime: (text) => (Number.isNaN(parseTime(text)) ? ['invalid datetime'] : []),
};

const formats = new Map(Object.entries(FORMATS).map(([name, complaints]) => [name, new Format(name, complaints)]));

function named([name]: readonly Value[]): Value {
  const format = formats.get(name as string);
  return format ? Optional.of(format) : Optional.none;
}

/** None when the text has the format, else what is wrong with it. */
function validate([format, text]: readonly Value[]): Value {
  const complaints = (format as Format).complaints(text as string);
  return complaints.length === 0 ? Optional.none : Optional.of(new Items(complaints));
}

/** Kubernetes' library of named formats. */
export const namedFormats: readonly Overload[] = [
  overload('format.named(string): optional(Format)', named),
  ...[...formats].map(([name, format]) => overload(`format.${name}(): Format`, () => format)),
  overload('<Format>.validate(string): optional(list(string))', validate, { cost: ([, text = 0]) => matching(text, PATTERN_SIZE) }),
];
