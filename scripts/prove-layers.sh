#!/usr/bin/env bash
# Proves that each layer and driver rule fires: seeds one violation a rule in a copy of lib/, and expects dependency-cruiser to name the rule.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r lib rules .dependency-cruiser.cjs tsconfig.json package.json "$copy/"
ln -s "$PWD/node_modules" "$copy/node_modules"
cd "$copy"
node --input-type=commonjs - <<'JS'
const { layers, drivers } = require('./rules/layers.cjs');
const { mkdirSync, writeFileSync } = require('node:fs');
const expected = [];
const rooms = Object.keys(layers);
for (const room of rooms) {
  const forbidden = rooms.find((other) => other !== room && !layers[room].some((may) => may === other || may.startsWith(`${other}/`)));
  if (forbidden === undefined) continue; // may import everything
  mkdirSync(`lib/${room}`, { recursive: true });
  writeFileSync(`lib/${forbidden}/zz-target.ts`, 'export interface Target { a: string }\n');
  writeFileSync(`lib/${room}/zz-seeded.ts`, `import type { Target } from '../${forbidden}/zz-target.js';\nexport type Seeded = Target;\n`);
  expected.push(`layer-${room}`);
}
for (const name of Object.keys(drivers)) {
  writeFileSync(`lib/base/zz-${name.replace(/\W/g, '-')}.ts`, `import * as driver from '${name}';\nexport default driver;\n`);
  expected.push(`driver-${name}`);
}
writeFileSync('expected.json', JSON.stringify(expected));
JS
npx depcruise --config .dependency-cruiser.cjs --output-type json lib >found.json || true
node --input-type=commonjs - <<'JS'
const { readFileSync } = require('node:fs');
const fired = new Set(JSON.parse(readFileSync('found.json', 'utf8')).summary.violations.filter((one) => /zz-/.test(one.from)).map((one) => one.rule.name));
const silent = JSON.parse(readFileSync('expected.json', 'utf8')).filter((rule) => !fired.has(rule));
if (silent.length > 0) { console.error(`rules that did not fire on a seeded violation: ${silent.join(', ')}`); process.exit(1); }
console.log(`${fired.size} rules fire on seeded violations`);
JS
