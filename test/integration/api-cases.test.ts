import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import type { ControlPlaneOptions } from '../../lib/control-plane/options.js';
import { TOKENS } from '../../lib/control-plane/tokens.js';
import { EtcdStorage } from '../../lib/storage/etcd/index.js';
import { etcdNeed, useEtcd } from '../support/etcd.js';
import { needs } from '../support/needs.js';
import { temporaryDirectory } from '../support/kubelib-process.js';

/** The runner and its cases stand beside the sources, not beside what is built from them. */
const CASES = join(dirname(fileURLToPath(import.meta.url)), '../../../test/api-cases');
const AREAS = ['defaulting', 'validation', 'patch', 'read', 'crd'] as const;

/** Names of the cases of an area that failed, each with what was wrong. */
function failures({ url }: ControlPlane, area: string): Promise<Map<string, string>> {
  const args = ['run.mjs', '--server', url, '--token', 'cases', '--settle', '10', `${area}.json`];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: CASES, maxBuffer: 100_000_000 }, (_, stdout, stderr) => {
      if (!/^\d+ passed, \d+ failed$/m.test(stdout)) return reject(new Error(`the runner came to no end:\n${stdout}${stderr}`));
      resolve(new Map([...stdout.matchAll(/^not ok (.*?): (step .*)$/gm)].map(([, name = '', why = '']) => [name, why])));
    });
  });
}

/** As the recorded server was: it had controllers, but neither scheduler nor nodes. */
const startAs = (options: ControlPlaneOptions) =>
  ControlPlane.start({
    nodes: 0,
    tokens: { cases: { name: 'admin', groups: ['system:masters'] } },
    configure: (container) => {
      container.rebind(TOKENS.scheduler).toConstantValue({ start: () => Promise.resolve(), stop: () => Promise.resolve() });
    },
    ...options,
  });

function recordedAnswers(options: () => ControlPlaneOptions): void {
  let plane: ControlPlane | undefined;
  before(async () => (plane = await startAs(options())));
  after(() => plane?.stop());

  for (const area of AREAS) {
    it(`of ${area}`, async () => {
      const found = await failures(plane!, area);
      expect([...found.keys()], [...found.values()].join('\n')).to.deep.equal([]);
    });
  }
}

describe('the recorded answers of a real API server, over memory', function () {
  this.timeout(300_000);
  recordedAnswers(() => ({}));
});

describe('the recorded answers of a real API server, over the embedded store', function () {
  this.timeout(300_000);
  const directory = temporaryDirectory();
  recordedAnswers(() => ({ dataDir: directory.path }));
  after(() => directory.remove());
});

needs(etcdNeed, () => {
  describe('the recorded answers of a real API server, over etcd', function () {
    this.timeout(300_000);
    const etcd = useEtcd();
    recordedAnswers(() => ({ storage: new EtcdStorage({ endpoints: etcd.endpoints }) }));
  });
});
