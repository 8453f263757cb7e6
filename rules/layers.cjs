/** The architecture as a table: a room may import the rooms in its row (and itself), and nothing else of lib/. */
exports.layers = {
  base: [],
  api: ['base'],
  queue: ['base'],
  storage: ['api', 'base'],
  registry: ['storage', 'api', 'base'],
  server: ['registry', 'api', 'base'],
  watch: ['registry/registry.ts', 'api', 'base'],
  controller: ['watch', 'registry/registry.ts', 'queue', 'api', 'base'],
  controllers: ['controller', 'watch', 'registry/registry.ts', 'api', 'base'],
  scheduler: ['controller', 'watch', 'registry/registry.ts', 'queue', 'api', 'base'],
  runtime: ['api', 'base'],
  kubelet: ['runtime/container-runtime.ts', 'runtime/runtime-error.ts', 'watch', 'registry/registry.ts', 'queue', 'api', 'base'],
  proxy: ['watch', 'registry/registry.ts', 'api', 'base'],
  'control-plane': ['base', 'api', 'queue', 'storage', 'registry', 'server', 'watch', 'controller', 'controllers', 'scheduler', 'runtime', 'kubelet', 'proxy'],
  cli: ['control-plane', 'registry', 'api', 'base'],
  testing: ['base', 'api', 'queue', 'storage', 'registry', 'server', 'watch', 'controller', 'controllers', 'scheduler', 'runtime', 'kubelet', 'proxy', 'control-plane'],
};

/** Packages that only the named rooms may import; everything else stays free of them. */
exports.drivers = {
  inversify: ['control-plane'],
  dockerode: ['runtime/docker'],
  '@grpc/grpc-js': ['storage/etcd'],
  'node-etcd': ['storage/etcd-v2'],
  commander: ['cli'],
  ws: ['server', 'registry/remote', 'kubelet', 'control-plane'],
};
