import type { Random } from '../random.js';

/** `a` refers to `b` nine times, `b` to `c`, and so on: a few lines that stand for billions of values. */
function bomb(levels: number, width: number): string {
  const lines = Array.from({ length: levels }, (_, level) => {
    const items = level === 0 ? '"lol"' : Array.from({ length: width }, () => `*a${level - 1}`).join(', ');
    return `a${level}: &a${level} [${items}]`;
  });
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n${lines.join('\n')}\n`;
}

const ANCHORS = `apiVersion: v1
kind: ConfigMap
metadata: &m {name: anchored, labels: &l {a: b}}
data: {<<: *l, c: "1"}
other: *m
`;

const TEXTS: readonly (() => string)[] = [
  () => bomb(9, 9),
  () => bomb(3, 30),
  () => bomb(100, 2),
  () => ANCHORS,
  () => 'a: &a [*a]\n',
  () => 'a: &a\n  b: *a\n',
  () => `${'- '.repeat(2000)}a\n`,
  () => `${'['.repeat(5000)}`,
  () => `${'{a: '.repeat(200)}1${'}'.repeat(200)}`,
  () => `? ${'? '.repeat(500)}a\n`,
  () => 'a: !!js/function "function(){}"\n',
  () => 'a: !!binary "AAAA"\nb: !!set {a, b}\nc: !!omap [a: 1]\n',
  () => '%YAML 9.9\n%TAG ! tag:example.com,2000:\n---\na: !x b\n',
  () => '---\napiVersion: v1\n---\nkind: Pod\n...\n',
  () =>
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typed}\ndata: {a: yes, b: 1_000, c: 0o17, d: 12:30:45, e: .inf, f: 2001-01-01, g: ~}\n',
  () => 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n__proto__: {polluted: true}\n',
  () => '"__proto__": {polluted: true}\n? [1, 2]\n: a\n? {a: b}\n: c\nnull: 1\n1.5: 2\n',
  () => `a: |\n${'  text\n'.repeat(2000)}`,
  () => `a: "${'\\u263A'.repeat(3000)}"\n`,
  () => `${'a: &x b\n'.repeat(2000)}`,
  () => `a: ${'*b '.repeat(2000)}\n`,
  () => `#${' comment'.repeat(10_000)}\na: b\n`,
  () => '\u0000\u0001: \ufeff\n\t- a\n',
  () => `a: 'x${"''".repeat(20_000)}'\n`,
  () => `a: ${' '.repeat(50_000)}b\n`,
  () => `${'\n'.repeat(50_000)}a: b\n`,
  () => `a:\n${Array.from({ length: 60 }, (_, level) => `${' '.repeat(level)}- x:\n`).join('')}`,
  () => `{${Array.from({ length: 3000 }, (_, index) => `a${index}: ${index}`).join(', ')}}`,
];

/** YAML that is meant to hurt who reads it. */
export function yamlText(random: Random): string {
  return random.pick(TEXTS)();
}
