import { expect } from 'chai';
import { pods } from '../../../lib/api/core/pods.js';
import { created, faults } from './rules.js';

const containers = [{ name: 'main', image: 'img' }];
const labelSelector = { matchLabels: { app: 'x' } };
const spread = (more: object) => ({
  metadata: { labels: { app: 'x', hash: '1' } },
  spec: { containers, topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...more }] },
});
const near = (more: object) => ({
  metadata: { labels: { app: 'x', hash: '1' } },
  spec: {
    containers,
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'zone', ...more } }],
      },
    },
  },
});

describe('label keys of pods', () => {
  it('become requirements of the selectors, for the labels that the pod has', () => {
    const { spec } = created(pods, spread({ labelSelector, matchLabelKeys: ['hash', 'none'] }));
    expect(spec?.topologySpreadConstraints?.[0]?.labelSelector).to.deep.equal({
      ...labelSelector,
      matchExpressions: [{ key: 'hash', operator: 'In', values: ['1'] }],
    });
    const affine = created(pods, near({ labelSelector, matchLabelKeys: ['app'], mismatchLabelKeys: ['hash'] })).spec?.affinity
      ?.podAntiAffinity;
    expect(affine?.preferredDuringSchedulingIgnoredDuringExecution?.[0]?.podAffinityTerm.labelSelector?.matchExpressions).to.deep.equal([
      { key: 'app', operator: 'In', values: ['x'] },
      { key: 'hash', operator: 'NotIn', values: ['1'] },
    ]);
  });

  it('need a selector, and are keys', () => {
    const at = 'spec.topologySpreadConstraints[0].matchLabelKeys';
    expect(faults(pods, spread({ matchLabelKeys: ['hash'] }))).to.include(`Forbidden ${at}`);
    expect(faults(pods, spread({ labelSelector, matchLabelKeys: ['a b'] }))).to.include(`Invalid ${at}[0]`);
    expect(faults(pods, near({ mismatchLabelKeys: ['hash'] })).join()).to.include('podAffinityTerm.mismatchLabelKeys');
  });
});
