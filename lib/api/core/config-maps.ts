import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { validateData, validateImmutableData } from './data-rules.js';

const MAX_BYTES = 1_048_576;

export const configMaps = defineBuiltIn<ConfigMap>('v1/configmaps', {
  cells: { Data: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length },
  rules: {
    validate({ data, binaryData }) {
      const faults = new Faults();
      validateData(faults, 'data', data);
      validateData(faults, 'binaryData', binaryData);
      for (const key in data)
        if (binaryData && Object.hasOwn(binaryData, key)) faults.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
      // The empty path is the real server's.
      if (bytesIn(data, 'utf8') + bytesIn(binaryData, 'base64') > MAX_BYTES) faults.tooLong('[]', MAX_BYTES);
      return faults.list;
    },
    validateUpdate(configMap, old) {
      const faults = new Faults();
      validateImmutableData(faults, configMap, old, ['data', 'binaryData']);
      return faults.list;
    },
  },
});

function bytesIn(data: Readonly<Record<string, string>> | undefined, encoding: 'utf8' | 'base64'): number {
  return Object.values(data ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value, encoding), 0);
}
