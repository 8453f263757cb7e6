/**
 * The forms of names and label syntax, each a function that gives the complaints Kubernetes has about a value (none: it is fine).
 * They are the pieces that the rules of every kind are made of.
 */

/** A check of one text; gives what is wrong with it. */
export type Syntax = (value: string) => readonly string[];

const FINE: readonly string[] = [];
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const ENV_NAME = /^[ -<>-~]+$/;
const PORT_NAME = /^[-a-z0-9]+$/;
const HTTP_PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

const QUALIFIED_NAME_WORDS =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const DNS_SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const longerThan = (value: string, max: number) => (value.length > max ? [`must be no more than ${max} characters`] : []);

/** RFC 1123 label, at most 63 characters: namespaces, containers, volumes. */
export const dnsLabel: Syntax = (value) =>
  value.length <= 63 && DNS_LABEL.test(value)
    ? FINE
    : [
        ...longerThan(value, 63),
        ...(DNS_LABEL.test(value)
          ? []
          : [
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
            ]),
      ];

/** RFC 1035 label, which begins with a letter, at most 63 characters. */
export const dns1035Label: Syntax = (value) =>
  value.length <= 63 && DNS_1035_LABEL.test(value)
    ? FINE
    : [
        ...longerThan(value, 63),
        ...(DNS_1035_LABEL.test(value)
          ? []
          : [
              "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
            ]),
      ];

/** RFC 1123 subdomain, at most 253 characters: the usual form of object names. */
export const dnsSubdomain: Syntax = (value) =>
  value.length <= 253 && DNS_SUBDOMAIN.test(value)
    ? FINE
    : [...longerThan(value, 253), ...(DNS_SUBDOMAIN.test(value) ? [] : [DNS_SUBDOMAIN_WORDS])];

/** A name that may stand in a URL path: RBAC kinds. */
export const pathSegment: Syntax = (value) => {
  if (value === '.') return ["may not be '.'"];
  if (value === '..') return ["may not be '..'"];
  return ['/', '%'].filter((one) => value.includes(one)).map((one) => `may not contain '${one}'`);
};

/** `[prefix/]name`: label and annotation keys, resource names, finalizers. */
export const qualifiedName: Syntax = (value) => {
  const parts = value.split('/');
  const name = parts.length === 2 ? parts[1]! : value;
  if (parts.length === 1 ? name.length <= 63 && QUALIFIED_NAME_PART.test(name) : false) return FINE;
  if (parts.length > 2)
    return [
      "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  const errors: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...dnsSubdomain(prefix).map((text) => `prefix part ${text}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push('name part must be no more than 63 characters');
  if (!QUALIFIED_NAME_PART.test(name)) errors.push(`name part ${QUALIFIED_NAME_WORDS}`);
  return errors;
};

/** The value of a label. */
export const labelValue: Syntax = (value) =>
  value.length <= 63 && LABEL_VALUE.test(value)
    ? FINE
    : [...longerThan(value, 63), ...(LABEL_VALUE.test(value) ? [] : [LABEL_VALUE_WORDS])];

/** A key of a ConfigMap or Secret. */
export const configMapKey: Syntax = (value) => {
  const errors = longerThan(value, 253);
  if (!CONFIG_KEY.test(value))
    errors.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
};

/** The name of an environment variable: printable ASCII without `=`. */
export const envVarName: Syntax = (value) =>
  ENV_NAME.test(value) ? FINE : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** The name of a port: an IANA service name. */
export const portName: Syntax = (value) => {
  const errors: string[] = [];
  if (value.length > 15) errors.push('must be no more than 15 characters');
  if (!PORT_NAME.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
};

/** `*.` before a DNS subdomain. */
export const wildcardDnsSubdomain: Syntax = (value) => {
  const errors = longerThan(value, 253);
  if (!value.startsWith('*.') || !DNS_SUBDOMAIN.test(value.slice(2)))
    errors.push(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    );
  return errors;
};

/** A DNS name of at least three parts. */
export const threePartName: Syntax = (value) => {
  const errors = dnsSubdomain(value);
  if (errors.length > 0) return [errors.join(',')];
  return value.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : FINE;
};

/** A domain and a path: `example.com/some/path`. */
export const domainPrefixedPath: Syntax = (value) => {
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  const errors = [...dnsSubdomain(value.slice(0, slash))];
  if (!HTTP_PATH.test(value.slice(slash + 1)))
    errors.push("Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
  return errors;
};
