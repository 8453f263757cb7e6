import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { loadKubeconfig } from '../../lib/registry/remote/kubeconfig.js';
import { rejection } from '../support/rejection.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

function config(cluster: object, user: object, context: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'one', context: { cluster: 'c', user: 'u', ...context } },
      { name: 'two', context: { cluster: 'c', namespace: 'second' } },
    ],
  };
}

describe('a kubeconfig', () => {
  const directory = temporaryDirectory();
  const write = async (content: object | string): Promise<string> => {
    const path = join(directory(), 'config');
    await writeFile(path, typeof content === 'string' ? content : stringify(content));
    return path;
  };
  const messageOf = async (content: object | string) =>
    ((await rejection(write(content).then((path) => loadKubeconfig(path)))) as Error).message;

  it('gives server, authority and client certificate from inline data', async () => {
    const data = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
    const access = await loadKubeconfig(await write(config({ 'certificate-authority-data': base64('CA') }, data)));
    expect(access).to.deep.include({ server: 'https://127.0.0.1:6443', ca: 'CA', certificate: 'CERT', key: 'KEY', namespace: 'default' });
    expect(access.insecure).to.equal(false);
    expect(access.token).to.equal(undefined);
  });

  it('reads files, relative to itself', async () => {
    await mkdir(join(directory(), 'pki'));
    for (const name of ['ca', 'cert', 'key', 'token']) await writeFile(join(directory(), 'pki', name), `${name.toUpperCase()}\n`);
    const user = { 'client-certificate': 'pki/cert', 'client-key': join(directory(), 'pki', 'key'), tokenFile: 'pki/token' };
    const access = await loadKubeconfig(await write(config({ 'certificate-authority': './pki/ca' }, user)));
    expect(access).to.deep.include({ ca: 'CA\n', certificate: 'CERT\n', key: 'KEY\n', token: 'TOKEN' });
  });

  it('prefers inline data to files, and a token to its file', async () => {
    const cluster = { 'certificate-authority-data': base64('CA'), 'certificate-authority': 'missing' };
    const access = await loadKubeconfig(await write(config(cluster, { token: 'secret', tokenFile: 'missing' })));
    expect(access).to.deep.include({ ca: 'CA', token: 'secret' });
  });

  it('gives the context that is asked for, which may be without a user', async () => {
    const access = await loadKubeconfig(await write(config({}, { token: 'secret' })), { context: 'two' });
    expect(access).to.deep.include({ namespace: 'second', token: undefined, certificate: undefined });
  });

  it('gives the rest: namespace, name of the server, no checks', async () => {
    const cluster = { 'tls-server-name': 'kubernetes', 'insecure-skip-tls-verify': true };
    const access = await loadKubeconfig(await write(config(cluster, {}, { namespace: 'mine' })));
    expect(access).to.deep.include({ namespace: 'mine', serverName: 'kubernetes', insecure: true });
  });

  it('is read as JSON as well', async () => {
    expect((await loadKubeconfig(await write(JSON.stringify(config({}, {}))))).server).to.equal('https://127.0.0.1:6443');
  });

  it('says what is missing', async () => {
    const whole = config({}, {});
    expect(await messageOf('')).to.equal('it is no kubeconfig');
    expect(await messageOf('just text')).to.equal('it is no kubeconfig');
    expect(await messageOf({ ...whole, 'current-context': undefined })).to.equal('it has no current-context');
    expect(await messageOf({ ...whole, 'current-context': 'three' })).to.equal('it has no context "three"');
    expect(await messageOf({ ...whole, contexts: undefined })).to.equal('it has no context "one"');
    expect(await messageOf({ ...whole, clusters: [] })).to.equal('it has no cluster "c"');
    expect(await messageOf({ ...whole, users: [] })).to.equal('it has no user "u"');
    expect(await messageOf(config({ server: undefined }, {}))).to.equal('cluster "c" has no server');
  });

  it('fails on YAML that is none, and on files that are not there', async () => {
    expect(await rejection(write('a: [').then((path) => loadKubeconfig(path)))).to.be.instanceOf(Error);
    expect(await rejection(loadKubeconfig(join(directory(), 'none')))).to.have.property('code', 'ENOENT');
    expect(await rejection(write(config({ 'certificate-authority': 'none' }, {})).then((path) => loadKubeconfig(path)))).to.have.property(
      'code',
      'ENOENT',
    );
  });

  it('refuses credentials that come from a program', async () => {
    expect(await messageOf(config({}, { exec: { command: 'aws' } }))).to.match(/user "u" gets credentials from a program/);
    expect(await messageOf(config({}, { 'auth-provider': { name: 'gcp' } }))).to.match(/user "u" gets credentials from a program/);
  });
});
