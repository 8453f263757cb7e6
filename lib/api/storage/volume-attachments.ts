import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from 'kubernetes-types/storage/v1.js';
import { validateDriverName } from '../core/volume-source-rules.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { dnsSubdomain } from '../validation/names.js';

const MAX_METADATA_BYTES = 262_144;
const MAX_MESSAGE_BYTES = 1024;

/** A volume that a node is to have, or has. */
export const volumeAttachments = defineBuiltIn<VolumeAttachment>('storage.k8s.io/v1/volumeattachments', {
  cells: {
    Attacher: ({ spec }) => spec.attacher ?? '',
    PV: ({ spec }) => spec.source?.persistentVolumeName ?? '',
    Node: ({ spec }) => spec.nodeName ?? '',
    Attached: ({ status }) => status?.attached ?? false,
  },
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      faults.required('spec.attacher', spec?.attacher);
      validateSource(faults, 'spec.source', spec?.source ?? {});
      faults.syntax('spec.nodeName', spec?.nodeName ?? '', dnsSubdomain);
      return faults.list;
    },
    validateCreate({ spec }) {
      const faults = new Faults();
      validateDriverName(faults, 'spec.attacher', spec?.attacher);
      const volume = spec?.source?.persistentVolumeName;
      if (volume !== undefined) faults.syntax('spec.source.persistentVolumeName', volume, dnsSubdomain);
      return faults.list;
    },
    validateUpdate({ spec, status }, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') {
        const bytes = Object.entries(status?.attachmentMetadata ?? {}).reduce(
          (sum, [key, value]) => sum + Buffer.byteLength(key + value),
          0,
        );
        if (bytes > MAX_METADATA_BYTES) faults.tooLong('status.attachmentMetadata', MAX_METADATA_BYTES);
        for (const field of ['attachError', 'detachError'] as const) validateError(faults, `status.${field}`, status?.[field]);
      } else faults.immutable('spec', spec, old.spec);
      return faults.list;
    },
  },
});

function validateSource(faults: Faults, path: string, { inlineVolumeSpec, persistentVolumeName }: VolumeAttachmentSource): void {
  const words = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inlineVolumeSpec && persistentVolumeName === undefined) faults.required(path, undefined, words);
  else if (inlineVolumeSpec && persistentVolumeName !== undefined) faults.forbidden(path, words);
  else if (persistentVolumeName === '')
    faults.required(`${path}.persistentVolumeName`, undefined, 'must specify non empty persistentVolumeName');
}

function validateError(faults: Faults, path: string, error: (VolumeError & { readonly errorCode?: number }) | undefined): void {
  if (Buffer.byteLength(error?.message ?? '') > MAX_MESSAGE_BYTES) faults.tooLong(`${path}.message`, MAX_METADATA_BYTES);
  faults.inRange(`${path}.errorCode`, error?.errorCode, 0, 2 ** 31 - 1);
}
