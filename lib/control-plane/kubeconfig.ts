import { stringify } from 'yaml';

/** What a client needs to reach a cluster as one user. PEM texts. */
export interface KubeconfigFacts {
  readonly cluster: string;
  readonly server: string;
  readonly ca: string;
  readonly user: string;
  readonly certificate: string;
  readonly key: string;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A kubeconfig file, as kubectl and client libraries read it. */
export function kubeconfigText({ cluster, server, ca, user, certificate, key }: KubeconfigFacts): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
      users: [{ name: user, user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } }],
      contexts: [{ name: cluster, context: { cluster, user, namespace: 'default' } }],
      'current-context': cluster,
      preferences: {},
    },
    { lineWidth: 0 },
  );
}
