/** Not published: what is exported must not depend on it. The types are in node-etcd.ts. */
declare module 'node-etcd' {
  const Etcd: unknown;
  export default Etcd;
}
