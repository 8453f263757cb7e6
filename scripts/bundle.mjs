// Joins what is built into a few files: importing 700 small ones took four times as long.
// dist/bundle is the library, whose packages stay outside. dist/cli are the programs, in which the packages are too (LICENSES.txt has their terms):
// nobody imports those, and they start in half the time.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
};

await Promise.all(['dist/bundle', 'dist/cli'].map((directory) => rm(directory, { recursive: true, force: true })));
await build({
  ...common,
  entryPoints: {
    index: 'dist/lib/index.js',
    docker: 'dist/lib/runtime/docker/index.js',
    etcd: 'dist/lib/storage/etcd/index.js',
    'etcd-v2': 'dist/lib/storage/etcd-v2/index.js',
    testing: 'dist/lib/testing/index.js',
  },
  outdir: 'dist/bundle',
  packages: 'external',
});
const { metafile } = await build({
  ...common,
  entryPoints: { kubelib: 'dist/lib/cli/kubelib.js', kubecfg: 'dist/lib/cli/kubecfg.js' },
  outdir: 'dist/cli',
  mainFields: ['module', 'main'],
  metafile: true,
  external: ['dockerode', 'node-etcd', '@grpc/grpc-js'], // optional: they are there when their user has installed them
  sourcesContent: false,
  // Packages in CommonJS ask for Node's own modules by this name.
  banner: {
    js: "import { createRequire as kubelibCreateRequire } from 'node:module';\nconst require = kubelibCreateRequire(import.meta.url);",
  },
});
const packages = new Set(Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
const licenses = await Promise.all([...packages].sort().map(licenseOf));
await writeFile('dist/cli/LICENSES.txt', licenses.join(`\n${'-'.repeat(80)}\n\n`));

async function licenseOf(directory) {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? await readFile(join(directory, file), 'utf8') : `${license}\n`;
  return `${name} ${version}\n\n${text}`;
}
