import { at, httpUrl, type ImageFamily, login, named, option, type Variables } from './family.js';

const KAFKA: ImageFamily = {
  name: 'kafka',
  pattern: named('kafka(-native)?', 'cp-server', 'confluent-local', 'redpanda'),
  port: 9092,
  variables: (host, port) => ({ KAFKA_BROKERS: at(host, port), KAFKA_BOOTSTRAP_SERVERS: at(host, port) }),
};

const SCHEMA_REGISTRY: ImageFamily = {
  name: 'schema-registry',
  pattern: named('schema-registry'),
  port: 8081,
  url: httpUrl,
  variables: (host, port) => ({ SCHEMA_REGISTRY_URL: httpUrl(host, port) }),
};

const ZOOKEEPER: ImageFamily = {
  name: 'zookeeper',
  pattern: named('zookeeper'),
  port: 2181,
  variables: (host, port) => ({ ZOOKEEPER_CONNECT: at(host, port) }),
};

const RABBITMQ: ImageFamily = {
  name: 'rabbitmq',
  pattern: named('rabbitmq'),
  port: 5672,
  url: rabbitmqUrl,
  variables: (host, port, env) => {
    const url = rabbitmqUrl(host, port, env);
    return { AMQP_URL: url, RABBITMQ_URL: url };
  },
};

/** Bitnami's image is known by its names: RABBITMQ_USERNAME, RABBITMQ_PASSWORD, RABBITMQ_VHOST. */
function rabbitmqUrl(host: string, port: number, env: Variables): string {
  const bitnami = Boolean(env.RABBITMQ_USERNAME || env.RABBITMQ_PASSWORD);
  const user = env.RABBITMQ_DEFAULT_USER || env.RABBITMQ_USERNAME || (bitnami ? 'user' : 'guest');
  const password = env.RABBITMQ_DEFAULT_PASS || env.RABBITMQ_PASSWORD || (bitnami ? 'bitnami' : 'guest');
  const vhost = env.RABBITMQ_DEFAULT_VHOST || env.RABBITMQ_VHOST;
  return `amqp://${login(user, password)}${at(host, port)}${vhost ? `/${encodeURIComponent(vhost)}` : ''}`;
}

const NATS: ImageFamily = {
  name: 'nats',
  pattern: named('nats(-streaming)?'),
  port: 4222,
  url: natsUrl,
  variables: (host, port, env, command) => ({ NATS_URL: natsUrl(host, port, env, command) }),
};

function natsUrl(host: string, port: number, env: Variables, command?: readonly string[]): string {
  const token = option(command, 'auth', env);
  const user = option(command, 'user', env) ?? '';
  const password = option(command, 'pass', env) ?? '';
  return `nats://${token ? login(token, '') : login(user, password)}${at(host, port)}`;
}

const MOSQUITTO: ImageFamily = {
  name: 'mosquitto',
  pattern: named('mosquitto', 'emqx(-enterprise)?'),
  port: 1883,
  url: (host, port) => `mqtt://${at(host, port)}`,
  variables: (host, port) => ({ MQTT_URL: `mqtt://${at(host, port)}` }),
};

const TEMPORAL: ImageFamily = {
  name: 'temporal',
  pattern: named('temporalio/(auto-setup|server|temporal)'),
  port: 7233,
  variables: (host, port) => ({ TEMPORAL_ADDRESS: at(host, port) }),
};

/** A mailbox for tests: takes every mail, sends none. */
const MAIL: ImageFamily = {
  name: 'mailpit',
  pattern: named('mailpit', 'mailhog'),
  port: 1025,
  url: (host, port) => `smtp://${at(host, port)}`,
  variables: (host, port) => ({ SMTP_HOST: host, SMTP_PORT: String(port) }),
};

export const MESSAGING_FAMILIES: readonly ImageFamily[] = [
  KAFKA,
  SCHEMA_REGISTRY,
  ZOOKEEPER,
  RABBITMQ,
  NATS,
  MOSQUITTO,
  TEMPORAL,
  MAIL,
];
