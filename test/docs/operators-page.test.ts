import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of package.json: the page's programs find the package by its own name only below it. */
function packageRoot(from = dirname(fileURLToPath(import.meta.url))): string {
  return existsSync(join(from, 'package.json')) ? from : packageRoot(dirname(from));
}

const CONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noUncheckedIndexedAccess: true,
    types: ['node'],
    outDir: 'out',
  },
  include: ['*.ts'],
};

describe('docs/operators.md', function () {
  this.timeout(120_000);
  const root = packageRoot();
  const run = promisify(execFile);
  let folder: string;

  before(async () => {
    await mkdir(join(root, 'dist'), { recursive: true });
    folder = await mkdtemp(join(root, 'dist', 'operators-page-'));
    const page = await readFile(join(root, 'docs/operators.md'), 'utf8');
    const blocks = [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)];
    expect(blocks.map(([, name]) => name)).to.include.members([
      'shop.ts',
      'shop-controller.ts',
      'shop.test.ts',
      'embedded.ts',
      'remote.ts',
      'sweep.ts',
    ]);
    for (const [, name = '', text = ''] of blocks) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('has programs that compile, and do what the page says', async () => {
    const compiled = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
      (error: unknown) => error,
    );
    expect((compiled as { readonly stdout: string }).stdout).to.equal('');
    const told = async (name: string) => (await run(process.execPath, [join(folder, 'out', name)])).stdout;
    expect(await told('shop.test.js')).to.match(/^shops default\/flowers\n.*wrote deployments default\/flowers@/m);
    expect(await told('embedded.js')).to.match(/^https:\/\/127\.0\.0\.1:\d+\n$/);
    expect(await told('sweep.js')).to.match(/^sweep-0: dropped after \d+ ms\nsweep-1: dropped after \d+ ms\n$/);
  });
});
