import { cassandra } from './cassandra.js';
import { grpc } from './grpc.js';
import { http } from './http.js';
import { HTTP_CHECKS } from './http-checks.js';
import { kafka } from './kafka.js';
import { memcached } from './memcached.js';
import { mongo } from './mongo.js';
import { mosquitto } from './mosquitto.js';
import { mssql } from './mssql.js';
import { mysql } from './mysql.js';
import { nats } from './nats.js';
import { postgres } from './postgres.js';
import type { Probe } from './probe.js';
import { rabbitmq } from './rabbitmq.js';
import { redis } from './redis.js';
import { smtp } from './smtp.js';
import { tcp } from './tcp.js';
import { zookeeper } from './zookeeper.js';

export type { Probe, ProbeTarget } from './probe.js';

/** Name of an image family → how its server is asked, on the family's port, whether it is ready. */
export const PROBES: Readonly<Record<string, Probe>> = {
  ...Object.fromEntries(Object.entries(HTTP_CHECKS).map(([family, check]) => [family, http(check)])),
  cassandra,
  cockroach: postgres,
  kafka,
  mailpit: smtp,
  mariadb: mysql,
  memcached,
  milvus: grpc,
  mongo,
  mosquitto,
  mssql,
  mysql,
  nats,
  postgres,
  rabbitmq,
  redis,
  'spanner-emulator': grpc,
  temporal: grpc,
  zookeeper,
};

/** The probe for a service of that family; of an unknown one any server will do. */
export function probeFor(family: string | undefined): Probe {
  return (family === undefined ? undefined : PROBES[family]) ?? tcp;
}
