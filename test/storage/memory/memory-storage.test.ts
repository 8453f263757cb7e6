import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';

storageConformance('MemoryStorage', () => new MemoryStorage());
