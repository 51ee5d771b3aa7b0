import { dockerManual } from 'docker-manual/node-test';

export const { globalSetup, globalTeardown } = dockerManual({ files: ['compose.yml'] });
