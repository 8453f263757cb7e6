import type { TestServer } from './test-server.js';

/** A kubeconfig for the administrator of a server. */
export async function kubeconfigFor(server: TestServer): Promise<string> {
  const { certificate, key } = await server.authority.clientCertificate({ user: 'admin', groups: ['system:masters'] });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      { name: 'test', cluster: { server: server.server.url, 'certificate-authority-data': base64(server.authority.pem.certificate) } },
    ],
    users: [{ name: 'test', user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } }],
  });
}
