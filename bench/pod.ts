import type { Pod } from 'kubernetes-types/core/v1.js';

/** A pod of about 2.4 KB once stored, as workloads have them. */
export function benchPod(name: string, schedulerName = 'none'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { app: 'bench', tier: 'web', 'pod-template-hash': '5d59d67564', team: 'platform' },
      annotations: { 'example.com/description': 'a pod with the size that pods of real workloads have: '.repeat(12) },
    },
    spec: {
      schedulerName,
      containers: [
        {
          name: 'web',
          image: 'registry.example/team/web:1.2.3',
          command: ['web', '--listen', ':8080', '--log-format', 'json'],
          ports: [{ name: 'http', containerPort: 8080 }],
          env: Array.from({ length: 8 }, (_, i) => ({ name: `SETTING_${i}`, value: `a value of setting ${i}` })),
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
          readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5 },
        },
      ],
    },
  };
}
