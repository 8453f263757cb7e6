import type {
  MutatingWebhook,
  RuleWithOperations,
  ValidatingWebhook,
  WebhookClientConfig,
} from 'kubernetes-types/admissionregistration/v1.js';
import type { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { dns1035Label, dnsSubdomain, qualifiedName, threePartName } from '../validation/names.js';
import { AdmissionExpressions } from './admission-expressions.js';
import { validateRule } from './admission-rules.js';

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const MAX_TIMEOUT_SECONDS = 30;
const MAX_CONDITIONS = 64;

/** A condition that a request must meet before a webhook is asked. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}
type Webhook = (ValidatingWebhook | MutatingWebhook) & { readonly matchConditions?: readonly MatchCondition[] };

/** The webhooks of a configuration: each has a name of its own. */
export function validateWebhooks(faults: Faults, webhooks: readonly Webhook[]): void {
  const names = new Set<string>();
  webhooks.forEach((webhook, index) => {
    const path = `webhooks[${index}]`;
    validateWebhook(faults, path, webhook);
    validateReviewVersions(faults, `${path}.admissionReviewVersions`, webhook.admissionReviewVersions);
    if (webhook.name && names.has(webhook.name)) faults.duplicate(`${path}.name`, webhook.name);
    names.add(webhook.name);
  });
}

function validateWebhook(faults: Faults, path: string, webhook: Webhook): void {
  faults.requiredSyntax(`${path}.name`, webhook.name, threePartName);
  webhook.rules?.forEach((rule, index) => validateOperations(faults, `${path}.rules[${index}]`, rule));
  faults.oneOf(`${path}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore']);
  faults.oneOf(`${path}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact']);
  if (faults.required(`${path}.sideEffects`, webhook.sideEffects, 'must specify one of None, NoneOnDryRun'))
    faults.oneOf(`${path}.sideEffects`, webhook.sideEffects, ['None', 'NoneOnDryRun']);
  const { timeoutSeconds: timeout } = webhook;
  if (timeout !== undefined && (timeout > MAX_TIMEOUT_SECONDS || timeout < 1))
    faults.invalid(`${path}.timeoutSeconds`, timeout, `the timeout value must be between 1 and ${MAX_TIMEOUT_SECONDS} seconds`);
  validateLabelSelector(faults, `${path}.namespaceSelector`, webhook.namespaceSelector);
  validateLabelSelector(faults, `${path}.objectSelector`, webhook.objectSelector);
  if ('reinvocationPolicy' in webhook) faults.oneOf(`${path}.reinvocationPolicy`, webhook.reinvocationPolicy, ['IfNeeded', 'Never']);
  validateClient(faults, `${path}.clientConfig`, webhook.clientConfig ?? {});
  validateMatchConditions(faults, `${path}.matchConditions`, webhook.matchConditions ?? []);
}

/** Which operations a rule is about, on what. */
export function validateOperations(faults: Faults, path: string, rule: RuleWithOperations): void {
  const operations = rule.operations ?? [];
  faults.required(`${path}.operations`, operations.length || undefined);
  if (operations.length > 1 && operations.includes('*'))
    faults.invalid(`${path}.operations`, operations, "if '*' is present, must not specify other operations");
  operations.forEach((operation, index) =>
    faults.oneOf(`${path}.operations[${index}]`, operation, ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']),
  );
  validateRule(faults, path, rule);
}

function validateReviewVersions(faults: Faults, path: string, given: readonly string[] | null | undefined): void {
  const versions = given ?? [];
  if (versions.length === 0) {
    faults.required(path, undefined, `must specify one of ${REVIEW_VERSIONS.join(', ')}`);
    return;
  }
  versions.forEach((version, index) => {
    if (versions.indexOf(version) < index) faults.invalid(`${path}[${index}]`, version, 'duplicate version');
    else faults.syntax(`${path}[${index}]`, version, dns1035Label);
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    faults.invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
}

function validateClient(faults: Faults, path: string, { url, service }: WebhookClientConfig): void {
  if ((url === undefined) === (service === undefined)) faults.required(path, undefined, 'exactly one of url or service is required');
  else if (url !== undefined) validateWebhookUrl(faults, `${path}.url`, url);
  else validateWebhookService(faults, `${path}.service`, service!);
}

/** `https://host/path`, and nothing else that a URL may have. */
export function validateWebhookUrl(faults: Faults, path: string, text: string): void {
  const form = '; desired format: https://host[/path]';
  if (!URL.canParse(text)) {
    faults.required(path, undefined, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URI for request${form}`);
    return;
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') faults.invalid(path, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme${form}`);
  if (url.host === '') faults.invalid(path, url.host, `host must be specified${form}`);
  if (url.username !== '' || url.password !== '') faults.invalid(path, url.username, `user information is not permitted in the URL${form}`);
  if (url.hash !== '') faults.invalid(path, url.hash.slice(1), `fragments are not permitted in the URL${form}`);
  if (url.search !== '') faults.invalid(path, url.search.slice(1), `query parameters are not permitted in the URL${form}`);
}

/** A service of the cluster that answers to a path. */
export function validateWebhookService(faults: Faults, path: string, service: NonNullable<WebhookClientConfig['service']>): void {
  faults.required(`${path}.name`, service.name, 'service name is required');
  faults.required(`${path}.namespace`, service.namespace, 'service namespace is required');
  if (service.port !== undefined && (service.port < 1 || service.port > 65_535))
    faults.invalid(`${path}.port`, service.port, 'port is not valid: must be between 1 and 65535, inclusive');
  if (service.path !== undefined && service.path !== '' && service.path !== '/') validateUrlPath(faults, `${path}.path`, service.path);
}

function validateUrlPath(faults: Faults, path: string, url: string): void {
  if (url === '//') {
    faults.invalid(path, url, 'segment[0] may not be empty');
    return;
  }
  if (!url.startsWith('/')) faults.invalid(path, url, "must start with a '/'");
  const steps = url.slice(1).replace(/\/$/, '').split('/');
  steps.forEach((step, index) => {
    if (step === '') faults.invalid(path, url, `segment[${index}] may not be empty`);
    else for (const detail of dnsSubdomain(step)) faults.invalid(path, url, `segment[${index}]: ${detail}`);
  });
}

/** Conditions by name. */
export function validateMatchConditions(
  faults: Faults,
  path: string,
  conditions: readonly MatchCondition[],
  expressions = new AdmissionExpressions(),
): void {
  faults.tooMany(path, conditions.length, MAX_CONDITIONS);
  conditions.forEach(({ name, expression }, index) => {
    const at = `${path}[${index}]`;
    if (faults.required(`${at}.expression`, expression?.trim())) expressions.check(faults, `${at}.expression`, expression, 'bool');
    if (faults.requiredSyntax(`${at}.name`, name, qualifiedName) && conditions.findIndex((one) => one.name === name) < index)
      faults.duplicate(`${at}.name`, name);
  });
}
