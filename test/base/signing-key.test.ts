import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect } from 'chai';
import { SigningKey } from '../../lib/base/signing-key.js';

describe('SigningKey', () => {
  const key = SigningKey.create();
  const claims = { sub: 'ann', n: 1 };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('recognizes what it signed, also after a restart', () => {
    const token = key.sign(claims);
    expect(key.read(token)).to.deep.equal(claims);
    const again = SigningKey.load(key.pem);
    expect([again.id, again.read(token)]).to.deep.equal([key.id, claims]);
  });

  it('lets others check by its public half', () => {
    const [head = '', body = '', signature = ''] = key.sign(claims).split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).to.deep.equal({ alg: 'ES256', kid: key.jwk.kid });
    expect(key.jwk).to.include({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' }).and.not.have.property('d');
    const publicKey = createPublicKey({ key: { ...key.jwk }, format: 'jwk' });
    const bytes = Buffer.from(signature, 'base64url');
    expect(verify('sha256', Buffer.from(`${head}.${body}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes)).to.equal(true);
  });

  it('knows nothing of what others made, or changed', () => {
    const token = key.sign(claims);
    const [head = '', body = '', signature = ''] = token.split('.');
    const unsigned = `${part({ alg: 'none', kid: key.id })}.${body}`;
    const renamed = sign('sha256', Buffer.from(unsigned), { key: key.pem, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    const forged = [
      `${unsigned}.${renamed}`,
      SigningKey.create().sign(claims),
      `${head}.${part({ ...claims, sub: 'bob' })}.${signature}`,
      `${part({ alg: 'none', kid: key.id })}.${body}.`,
      `${part({ alg: 'HS256', kid: key.id })}.${body}.${signature}`,
      `${part({ alg: 'ES256', kid: 'other' })}.${body}.${signature}`,
      `${head}.${body}`,
      `${head}.${body}.`,
      `${head}.${body}.${signature.slice(2)}`,
      `${token}.${signature}`,
      `${part([])}.${body}.${signature}`,
      '..',
      '',
      'rubbish',
    ];
    for (const one of forged) expect(key.read(one), one).to.equal(undefined);
  });

  it('is of one kind alone', () => {
    const other = (curve: string) =>
      generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => SigningKey.load(other('P-384'))).to.throw('must be an elliptic curve key on P-256');
    expect(() => SigningKey.load('no key')).to.throw();
  });
});
