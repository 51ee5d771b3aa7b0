import { expect, it } from 'vitest';
import { configSchema } from '../../src/domain/options/config-schema.js';

/** Published for editors; made from the table of options: `npx vitest run test/docs -u`. */
it('docker-manual.schema.json is the table of options', async () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'docker-manual.config',
    ...configSchema(),
  };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../docker-manual.schema.json');
});
