#!/usr/bin/env node
// Makes lib/api/schema/facts.generated.ts from scripts/kubernetes-api-facts.json: the same table in one compact form that
// needs no file access at run time. Run: node scripts/generate-facts.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('./kubernetes-api-facts.json', import.meta.url);
const target = new URL('../lib/api/schema/facts.generated.ts', import.meta.url);
const { note, ...facts } = JSON.parse(readFileSync(source, 'utf8'));
const text = JSON.stringify(facts).replace(/[\\`$]/g, (character) => `\\${character}`);
const out = `// Made by scripts/generate-facts.mjs; do not edit.\n/** The table of API facts, as JSON. */\nexport const FACTS_JSON = \`${text}\`;\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== out) {
    console.error('lib/api/schema/facts.generated.ts is behind its source: run node scripts/generate-facts.mjs');
    process.exit(1);
  }
} else writeFileSync(target, out);
