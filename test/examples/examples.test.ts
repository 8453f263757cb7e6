import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url)); // from dist/test/examples

describe('the examples', function () {
  this.timeout(30_000);

  const output = (file: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8', timeout: 25_000 });
    expect(stderr).to.equal('');
    expect(status, stdout).to.equal(0);
    return stdout;
  };
  const expected: Readonly<Record<string, RegExp>> = {
    embed: /ADDED hello Pending\n[^]*MODIFIED hello Succeeded\nhello from 127\./,
    'custom-resource': /^alpha runs at 127\.[\d.]+\n$/,
    'own-priority': /^picky goes to node-3\n$/,
    'own-balancer': /was answered by 127\.\S+ and 127\.\S+\n$/,
  };
  for (const [name, text] of Object.entries(expected)) {
    it(`${name} does what it says`, () => expect(output(`dist/examples/${name}.js`)).to.match(text));
  }

  it("the README's twenty lines run", () => {
    const [, code = ''] = /```ts\n([^]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    expect(code.trim().split('\n').length).to.be.at.most(20);
    const directory = mkdtempSync(join(ROOT, 'dist', 'readme-'));
    try {
      writeFileSync(join(directory, 'readme.mjs'), code.replace('<void>', ''));
      expect(output(join(directory, 'readme.mjs'))).to.match(/ADDED hello Pending\n[^]*MODIFIED hello Succeeded\n$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
