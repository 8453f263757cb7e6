import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ConfigMap, Pod, Secret, Volume } from 'kubernetes-types/core/v1.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { NodeDisk } from '../../lib/kubelet/volumes/pod-disk.js';
import type { VolumePaths } from '../../lib/kubelet/volumes/pod-volumes.js';
import { PodVolumes } from '../../lib/kubelet/volumes/pod-volumes.js';
import { rejection } from '../support/rejection.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

describe('Volumes of a pod', () => {
  const directory = temporaryDirectory();
  const configMaps: Record<string, ConfigMap> = {};
  const secrets: Record<string, Secret> = {};
  let disk: NodeDisk;
  let volumes: PodVolumes;

  beforeEach(() => {
    disk = new NodeDisk(directory());
    volumes = new PodVolumes(disk, new VirtualEnvironment());
    configMaps.cm = { data: { a: 'A', b: 'B' }, binaryData: { bin: Buffer.from([0, 255]).toString('base64') } };
    secrets.s = { data: { password: Buffer.from('geheim').toString('base64') } };
  });

  const podWith = (volume: Volume): Pod => ({
    metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { app: 'web', tier: 'x' }, annotations: { note: 'say "hi"' } },
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }], volumes: [volume] },
  });
  const setUp = (volume: Volume): Promise<VolumePaths> =>
    volumes.setUp({
      pod: podWith(volume),
      podIPs: [],
      hostIPs: [],
      allocatable: {},
      objects: { configMap: (_, name) => configMaps[name], secret: (_, name) => secrets[name] },
      token: ({ audience }) => Promise.resolve(`token for ${audience}`),
    });
  const pathOf = async (volume: Omit<Volume, 'name'>) => (await setUp({ name: 'v', ...volume })).get('v')!;
  const visible = (path: string) =>
    readdirSync(path)
      .filter((name) => !name.startsWith('..'))
      .sort();
  const refusal = async (work: Promise<unknown>) => ((await rejection(work)) as Error).message;
  const modeOf = (path: string) => statSync(path).mode & 0o777;

  it('gives an empty directory that anybody may write to, and removes it with the pod', async () => {
    const path = await pathOf({ emptyDir: { medium: 'Memory' } });
    expect(readdirSync(path)).to.be.empty;
    expect(modeOf(path)).to.equal(0o777);
    writeFileSync(join(path, 'kept'), 'x');
    expect(await pathOf({ emptyDir: { medium: 'Memory' } })).to.equal(path);
    expect(readdirSync(path)).to.deep.equal(['kept']);
    expect(await disk.uids()).to.deep.equal(['u']);
    await disk.remove('u');
    expect(await disk.uids()).to.be.empty;
  });

  it('gives the keys of a configMap as files', async () => {
    const path = await pathOf({ configMap: { name: 'cm', defaultMode: 0o640 } });
    expect(visible(path)).to.deep.equal(['a', 'b', 'bin']);
    expect(readFileSync(join(path, 'a'), 'utf8')).to.equal('A');
    expect([...readFileSync(join(path, 'bin'))]).to.deep.equal([0, 255]);
    expect(modeOf(join(path, 'a'))).to.equal(0o640);
  });

  it('gives chosen keys under other paths, with modes of their own', async () => {
    const items = [
      { key: 'a', path: 'x/y/first' },
      { key: 'b', path: 'second', mode: 0o400 },
    ];
    const path = await pathOf({ configMap: { name: 'cm', items } });
    expect(visible(path)).to.deep.equal(['second', 'x']);
    expect(readFileSync(join(path, 'x/y/first'), 'utf8')).to.equal('A');
    expect(modeOf(join(path, 'x/y/first'))).to.equal(0o644);
    expect(modeOf(join(path, 'second'))).to.equal(0o400);
  });

  it('refuses a configMap or key that is missing, unless it is optional', async () => {
    expect(await refusal(pathOf({ configMap: { name: 'none' } }))).to.equal('configmap "none" not found');
    const items = [{ key: 'none', path: 'p' }];
    expect(await refusal(pathOf({ configMap: { name: 'cm', items } }))).to.equal('references non-existent config key: none');
    expect(visible(await pathOf({ configMap: { name: 'none', optional: true } }))).to.be.empty;
    expect(visible(await pathOf({ configMap: { name: 'cm', items, optional: true } }))).to.be.empty;
  });

  it('changes all files at one instant when the object changes, and leaves them alone otherwise', async () => {
    const path = await pathOf({ configMap: { name: 'cm' } });
    const first = readlinkSync(join(path, '..data'));
    await pathOf({ configMap: { name: 'cm' } });
    expect(readlinkSync(join(path, '..data'))).to.equal(first);
    configMaps.cm = { data: { a: 'new', c: 'C' } };
    await pathOf({ configMap: { name: 'cm' } });
    expect(visible(path)).to.deep.equal(['a', 'c']);
    expect(readFileSync(join(path, 'a'), 'utf8')).to.equal('new');
    expect(readlinkSync(join(path, 'a'))).to.equal('..data/a');
    expect(readdirSync(path).filter((name) => name.startsWith('..'))).to.have.members(['..data', readlinkSync(join(path, '..data'))]);
  });

  it('gives the keys of a secret as files', async () => {
    const path = await pathOf({ secret: { secretName: 's', defaultMode: 0o600 } });
    expect(readFileSync(join(path, 'password'), 'utf8')).to.equal('geheim');
    expect(modeOf(join(path, 'password'))).to.equal(0o600);
  });

  it('tells of the pod', async () => {
    const items = [
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
      { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
      { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } },
    ];
    const path = await pathOf({ downwardAPI: { items } });
    expect(readFileSync(join(path, 'labels'), 'utf8')).to.equal('app="web"\ntier="x"');
    expect(readFileSync(join(path, 'annotations'), 'utf8')).to.equal('note="say \\"hi\\""');
    expect(readFileSync(join(path, 'cpu'), 'utf8')).to.equal('2');
  });

  it('puts several sources into one directory', async () => {
    const sources = [
      { configMap: { name: 'cm', items: [{ key: 'a', path: 'a' }] } },
      { secret: { name: 's' } },
      { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { serviceAccountToken: { path: 'token', audience: 'me' } },
    ];
    const path = await pathOf({ projected: { sources, defaultMode: 0o444 } });
    expect(visible(path)).to.deep.equal(['a', 'name', 'password', 'token']);
    expect(readFileSync(join(path, 'token'), 'utf8')).to.equal('token for me');
    expect(modeOf(join(path, 'a'))).to.equal(0o444);
  });

  it('checks or makes paths of the host, as the type says', async () => {
    const host = join(directory(), 'host');
    const at = (path: string, type?: string) => pathOf({ hostPath: { path: join(host, path), ...(type ? { type } : {}) } });
    expect(await refusal(at('none', 'Directory'))).to.equal(`hostPath type check failed: ${host}/none is not a directory`);
    expect(await at('anything')).to.equal(join(host, 'anything'));
    await at('made/dir', 'DirectoryOrCreate');
    expect(statSync(join(host, 'made/dir')).isDirectory()).to.equal(true);
    await at('made/file', 'FileOrCreate');
    expect(statSync(join(host, 'made/file')).isFile()).to.equal(true);
    await at('made/file', 'File');
    expect(await refusal(at('made/file', 'Socket'))).to.contain('is not a socket file');
  });

  describe('mounted into a container', () => {
    const mounts = async (volume: Omit<Volume, 'name'>, mount: object, env = new Map<string, string>()) => {
      const all: Volume[] = [{ name: 'v', ...volume }];
      return volumes.mounts({ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/at', ...mount }] }, all, await setUp(all[0]!), env);
    };

    it('stands at its path; made files cannot be written', async () => {
      expect(await mounts({ emptyDir: {} }, {})).to.deep.equal([
        { hostPath: await pathOf({ emptyDir: {} }), containerPath: '/at', readOnly: false },
      ]);
      expect((await mounts({ emptyDir: {} }, { readOnly: true }))[0]!.readOnly).to.equal(true);
      expect((await mounts({ configMap: { name: 'cm' } }, {}))[0]!.readOnly).to.equal(true);
    });

    it('may be a part of the volume', async () => {
      const [sub] = await mounts({ emptyDir: {} }, { subPath: 'a/b' });
      expect(sub!.hostPath).to.equal(join(await pathOf({ emptyDir: {} }), 'a/b'));
      expect(statSync(sub!.hostPath).isDirectory()).to.equal(true);
      const [file] = await mounts({ configMap: { name: 'cm' } }, { subPath: 'a' });
      expect(readFileSync(file!.hostPath, 'utf8')).to.equal('A');
      const [named] = await mounts({ emptyDir: {} }, { subPathExpr: '$(POD)' }, new Map([['POD', 'p']]));
      expect(named!.hostPath.endsWith('/p')).to.equal(true);
    });

    it('never leads out of the volume', async () => {
      expect(await refusal(mounts({ emptyDir: {} }, { subPath: '../other' }))).to.contain('subPath must stay in its volume');
      const path = await pathOf({ emptyDir: {} });
      mkdirSync(join(directory(), 'outside'));
      symlinkSync(join(directory(), 'outside'), join(path, 'link'));
      expect(await refusal(mounts({ emptyDir: {} }, { subPath: 'link' }))).to.contain('subPath must stay in its volume');
    });

    it('is refused when there is no such volume', async () => {
      const none = volumes.mounts({ name: 'c', volumeMounts: [{ name: 'x', mountPath: '/at' }] }, [], new Map(), new Map());
      expect(await refusal(none)).to.equal('cannot find volume "x" to mount into container "c"');
    });
  });
});
