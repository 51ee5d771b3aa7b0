import type { Variables } from '../families/family.js';
import { imageFamily } from '../image-family.js';
import type { ServiceModel } from '../model.js';
import { MYSQL_DATA } from './mysql.js';
import { POSTGRES_DATA } from './postgres.js';
import { REDIS_DATA } from './redis.js';
import type { DataStrategy, ServiceData } from './strategy.js';

/** By the names of src/domain/families; what is not here has only the user's own command. */
const STRATEGIES: Readonly<Record<string, DataStrategy>> = {
  postgres: POSTGRES_DATA,
  mysql: MYSQL_DATA,
  mariadb: MYSQL_DATA,
  redis: REDIS_DATA,
};

/** How the data of a service is brought back; undefined where its image is not known for that. */
export function dataStrategy(service: ServiceModel): DataStrategy | undefined {
  return STRATEGIES[imageFamily(service.image)?.name ?? ''];
}

/** What strategies know of a service of the model. */
export function serviceData(service: ServiceModel): ServiceData {
  const env: Variables = Object.fromEntries(
    Object.entries(service.environment ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  const command = service.command ?? [];
  // Host and port are of no use inside the container.
  const client = imageFamily(service.image)?.variables?.('', 0, env, command) ?? {};
  return { client, env, command };
}
