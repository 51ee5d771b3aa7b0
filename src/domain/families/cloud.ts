import { at, httpUrl, type ImageFamily, named, type Variables } from './family.js';

const MINIO: ImageFamily = {
  name: 'minio',
  pattern: named('minio'),
  port: 9000,
  url: httpUrl,
  variables: (host, port, env) => ({
    S3_ENDPOINT: httpUrl(host, port),
    AWS_ENDPOINT_URL_S3: httpUrl(host, port),
    ...awsLogin(
      env.MINIO_ROOT_USER || env.MINIO_ACCESS_KEY || 'minioadmin',
      env.MINIO_ROOT_PASSWORD || env.MINIO_SECRET_KEY || 'minioadmin',
    ),
  }),
};

const LOCALSTACK: ImageFamily = {
  name: 'localstack',
  pattern: named('localstack(-pro|-full|-light)?'),
  port: 4566,
  url: httpUrl,
  variables: (host, port) => ({ AWS_ENDPOINT_URL: httpUrl(host, port), ...awsLogin('test', 'test') }),
};

const DYNAMODB: ImageFamily = {
  name: 'dynamodb-local',
  pattern: named('dynamodb-local'),
  port: 8000,
  url: httpUrl,
  // It takes any key, but clients do not ask without one.
  variables: (host, port) => ({ AWS_ENDPOINT_URL_DYNAMODB: httpUrl(host, port), ...awsLogin('test', 'test') }),
};

function awsLogin(key: string, secret: string): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
}

const AZURITE: ImageFamily = {
  name: 'azurite',
  pattern: named('azurite'),
  port: 10000,
  url: httpUrl,
  variables: (host, port, env) => ({ AZURE_STORAGE_CONNECTION_STRING: azuriteConnection(host, port, env) }),
};

/** The account and key that are built into every Azurite, and published in its documentation. */
const AZURITE_ACCOUNT =
  'devstoreaccount1:Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** AZURITE_ACCOUNTS is "account1:key1[:key2];account2:…". */
function azuriteConnection(host: string, port: number, env: Variables): string {
  const [account, key] = (env.AZURITE_ACCOUNTS || AZURITE_ACCOUNT).split(';')[0]?.split(':') ?? [];
  const endpoint = `${httpUrl(host, port)}/${account}`;
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint};`;
}

const SPANNER: ImageFamily = {
  name: 'spanner-emulator',
  pattern: named('cloud-spanner-emulator/emulator', 'spanner-emulator'),
  port: 9010,
  variables: (host, port) => ({ SPANNER_EMULATOR_HOST: at(host, port) }),
};

const VAULT: ImageFamily = {
  name: 'vault',
  pattern: named('vault', 'openbao'),
  port: 8200,
  url: httpUrl,
  variables: (host, port, env) => ({
    VAULT_ADDR: httpUrl(host, port),
    ...(env.VAULT_DEV_ROOT_TOKEN_ID ? { VAULT_TOKEN: env.VAULT_DEV_ROOT_TOKEN_ID } : {}),
  }),
};

export const CLOUD_FAMILIES: readonly ImageFamily[] = [MINIO, LOCALSTACK, DYNAMODB, AZURITE, SPANNER, VAULT];
