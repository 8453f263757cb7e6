#!/usr/bin/env node
// Makes lib/server/openapi/descriptions.generated.ts: what `kubectl explain` says of each type and field of the table of API
// facts. The texts are the doc comments of the dev dependency kubernetes-models, made from the OpenAPI document of the same
// release of Kubernetes (texts: The Kubernetes Authors, Apache-2.0); what they lack stands below.
// Run after npm ci: node scripts/generate-descriptions.mjs [--check]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const facts = JSON.parse(readFileSync(new URL('./kubernetes-api-facts.json', import.meta.url), 'utf8'));
const target = new URL('../lib/server/openapi/descriptions.generated.ts', import.meta.url);
const modules = new URL('../node_modules/', import.meta.url);

/** Where the fields that every object has are described; the models have them without words. */
const COMMON = new URL('../node_modules/kubernetes-types/core/v1.d.ts', import.meta.url);

/** Types for which the models have no interface, and so no comment. */
const OWN = {
  'apiextensions/v1.JSON': 'Any valid JSON value.',
  'apiextensions/v1.JSONSchemaPropsOrArray': 'A JSON schema, or a list of JSON schemas.',
  'apiextensions/v1.JSONSchemaPropsOrBool': 'A JSON schema, or a boolean.',
  'apiextensions/v1.JSONSchemaPropsOrStringArray': 'A JSON schema, or a list of strings.',
  'apimachinery.pkg.api.resource.Quantity': 'A number with a fixed point and an optional suffix, such as 500m, 2Gi or 1e3.',
  'apimachinery.pkg.util.intstr.IntOrString': 'An integer or a string, such as a port by number or by name.',
};

const models = new Map();
for (const directory of ['kubernetes-models/', '@kubernetes-models/apimachinery/']) collect(new URL(directory, modules));

/** Reads every declaration file below a directory. */
function collect(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== '_schemas' && entry.name !== 'node_modules') collect(new URL(`${entry.name}/`, directory));
    else if (entry.name.endsWith('.d.ts') && entry.name !== 'index.d.ts') read(new URL(entry.name, directory));
  }
}

/** The comments of `apiVersion` and `kind`, which say the same everywhere. */
function common() {
  const source = ts.createSourceFile(fileURLToPath(COMMON), readFileSync(COMMON, 'utf8'), ts.ScriptTarget.Latest, true);
  const pod = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === 'Pod');
  const fields = pod.members.filter(({ name }) => ['apiVersion', 'kind'].includes(name.text));
  return Object.fromEntries(fields.map((field) => [field.name.text, commentOf(field)]));
}

/** Keeps the comments of the one type that a file declares, under the name that other files know it by. */
function read(file) {
  const source = ts.createSourceFile(fileURLToPath(file), readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  for (const node of source.statements) {
    if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) continue;
    const name = exportedName(source, node.name.text);
    if (!name) continue;
    const members = ts.isInterfaceDeclaration(node) ? node.members : ts.isTypeLiteralNode(node.type) ? node.type.members : [];
    const fields = members.filter((member) => member.name).map((member) => [member.name.text, commentOf(member)]);
    models.set(name, { text: commentOf(node), fields: Object.fromEntries(fields) });
  }
}

function exportedName(source, local) {
  for (const node of source.statements)
    if (ts.isExportDeclaration(node) && node.exportClause)
      for (const { propertyName, name } of node.exportClause.elements) if (propertyName?.text === local) return name.text;
  return undefined;
}

function commentOf(node) {
  const comment = node.jsDoc?.at(-1)?.comment;
  return comment === undefined ? '' : ts.getTextOfJSDocComment(comment).trim();
}

/** `IIoK8sApiCoreV1Pod` for `core/v1.Pod`. */
function modelName(type) {
  const cut = type.lastIndexOf('.');
  const prefix = facts.packages[type.slice(0, cut)] ?? type.slice(0, cut).replace(/^apimachinery/, facts.packages.apimachinery);
  const words = `${prefix}.${type.slice(cut + 1)}`.split(/[.-]/);
  return `I${words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')}`;
}

const everywhere = common();
const types = {};
const missing = [];
for (const [type, { fields = {}, protoOnly, jsonOnly }] of Object.entries(facts.types)) {
  if (protoOnly || jsonOnly) continue;
  const model = models.get(modelName(type));
  const own = {};
  if (model?.text || OWN[type]) own[''] = model?.text || OWN[type];
  else missing.push(type);
  for (const field of Object.keys(fields)) {
    const text = model?.fields[field];
    if (text) own[field] = text;
    else if (!everywhere[field]) missing.push(`${type}.${field}`);
  }
  types[type] = own;
}

const lines = Object.entries(types).map(([type, own]) => `${JSON.stringify(type)}:${JSON.stringify(own)}`);
const json = `{"common":${JSON.stringify(everywhere)},\n"types":{\n${lines.join(',\n')}\n}}`.replace(/[\\`$]/g, (character) => `\\${character}`);
const out = `// Made by scripts/generate-descriptions.mjs; do not edit. Texts: The Kubernetes Authors, Apache-2.0.\n/** What each type (under \`""\`) and each of its fields is, as JSON. */\nexport const DESCRIPTIONS_JSON = \`${json}\`;\n`;
if (process.argv.includes('--missing')) console.log(missing.join('\n'));
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== out) {
    console.error('lib/server/openapi/descriptions.generated.ts is behind its source: run node scripts/generate-descriptions.mjs');
    process.exit(1);
  }
} else writeFileSync(target, out);
