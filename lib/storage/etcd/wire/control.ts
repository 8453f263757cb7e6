import { decoded, encoded, type Method, writeBytes } from './protobuf.js';

/** Exchanges a name and a password for a token. */
export const authenticate: Method<{ readonly name: string; readonly password: string }, { readonly token: string }> = {
  path: '/etcdserverpb.Auth/Authenticate',
  encode: ({ name, password }) =>
    encoded((writer) => {
      writeBytes(writer, 1, name);
      writeBytes(writer, 2, password);
    }),
  decode: (bytes) => ({ token: textAt(bytes, 2) }),
};

/** What a member says of itself, at once and whatever becomes of the rest of the cluster. */
export const status: Method<void, { readonly version: string }> = {
  path: '/etcdserverpb.Maintenance/Status',
  encode: () => Buffer.alloc(0),
  decode: (bytes) => ({ version: textAt(bytes, 2) }),
};

function textAt(bytes: Uint8Array, wanted: number): string {
  let text = '';
  decoded(bytes, (number, reader) => {
    if (number !== wanted) return false;
    text = reader.string();
    return true;
  });
  return text;
}
