const { layers, drivers } = require('./rules/layers.cjs');

const escape = (text) => text.replace(/[.]/g, '\\.');
const rooms = Object.entries(layers).map(([room, may]) => ({
  name: `layer-${room}`,
  comment: `${room}/ may import only: ${[room, ...may].join(', ')}`,
  severity: 'error',
  from: { path: `^lib/${room}/` },
  to: { path: '^lib/', pathNot: [room, ...may].map((one) => (one.endsWith('.ts') ? `^lib/${escape(one)}$` : `^lib/${one}/`)) },
}));
const packages = Object.entries(drivers).map(([name, may]) => ({
  name: `driver-${name}`,
  comment: `${name} is imported only by: ${may.join(', ')}`,
  severity: 'error',
  from: { path: '^lib/', pathNot: may.map((one) => `^lib/${one}/`) },
  to: { path: `node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    ...rooms,
    ...packages,
    { name: 'no-circular', severity: 'error', from: { path: '^lib/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'lib-stands-alone', severity: 'error', from: { path: '^lib/' }, to: { path: '^(test|examples|bench|scripts)/' } },
    { name: 'texts-are-lazy', comment: 'descriptions are large, and most servers never show them: import() when first asked for', severity: 'error', from: { path: '^lib/' }, to: { path: 'descriptions\\.generated\\.ts$', dynamic: false } },
    { name: 'no-unresolvable', severity: 'error', from: { path: '^lib/' }, to: { couldNotResolve: true } },
    { name: 'no-dev-dependencies', severity: 'error', from: { path: '^lib/' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'npm-optional', 'type-only'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
