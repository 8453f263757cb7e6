// reflect-metadata must be there before @peculiar/x509, whose dependency injection reads it while loading.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export { x509 };
