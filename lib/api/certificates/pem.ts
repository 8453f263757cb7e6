const BLOCK = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/g;
const TEXT = /^[A-Za-z0-9+/=\s]*$/;

/** The blocks of a PEM text with what is in them; what is no block is passed over. */
export function pemBlocks(text: string): readonly { readonly type: string; readonly bytes: Buffer; readonly hasHeaders: boolean }[] {
  return [...text.matchAll(BLOCK)].map(([, type = '', body = '']) => {
    const hasHeaders = !TEXT.test(body);
    return { type, hasHeaders, bytes: Buffer.from(hasHeaders ? body.slice(body.indexOf('\n\n')) : body, 'base64') };
  });
}

/**
 * Whether bytes have the outline of a signed ASN.1 structure (a certificate, a request for one): a sequence of what is signed, an
 * algorithm and a signature, each as long as it says. Nothing is verified.
 */
export function isSignedStructure(bytes: Buffer): boolean {
  const outer = elementAt(bytes, 0);
  if (outer?.tag !== SEQUENCE || outer.end !== bytes.length) return false;
  const signed = elementAt(bytes, outer.start);
  const algorithm = signed && elementAt(bytes, signed.end);
  const signature = algorithm && elementAt(bytes, algorithm.end);
  return signed?.tag === SEQUENCE && algorithm?.tag === SEQUENCE && signature?.tag === BIT_STRING && signature.end === outer.end;
}

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

function elementAt(bytes: Buffer, at: number): { tag: number; start: number; end: number } | undefined {
  if (at + 2 > bytes.length) return undefined;
  const first = bytes[at + 1]!;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || start > bytes.length) return undefined;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const end = start + length;
  return end > bytes.length ? undefined : { tag: bytes[at]!, start, end };
}
