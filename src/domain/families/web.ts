import { httpUrl, type ImageFamily, named } from './family.js';

const OTEL_COLLECTOR: ImageFamily = {
  ...web('otel-collector', 4318, 'opentelemetry-collector(-contrib|-k8s)?', 'otel-collector'),
  variables: (host, port) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl(host, port) }),
};

/** Servers whose clients are told a plain URL, each in its own way: nothing to hand over but that. */
export const WEB_FAMILIES: readonly ImageFamily[] = [
  OTEL_COLLECTOR,
  web('nginx', 80, 'nginx'),
  web('nginx', 8080, 'nginx-unprivileged'),
  web('httpd', 80, 'httpd'),
  web('caddy', 80, 'caddy'),
  web('traefik', 80, 'traefik'),
  web('prometheus', 9090, 'prometheus'),
  web('grafana', 3000, 'grafana(-oss|-enterprise)?'),
  web('jaeger', 16686, 'jaegertracing/all-in-one', 'jaeger'),
  web('zipkin', 9411, 'zipkin(-slim)?'),
  web('keycloak', 8080, 'keycloak'),
  web('gitea', 3000, 'gitea', 'forgejo'),
  web('nextcloud', 80, 'nextcloud'),
  web('wordpress', 80, 'wordpress'),
  web('ghost', 2368, 'ghost'),
  web('pgadmin', 80, 'pgadmin4'),
  web('n8n', 5678, 'n8n'),
  web('n8n-runners', 5680, 'n8nio/runners'),
  web('immich-server', 2283, 'immich-server'),
  web('immich-machine-learning', 3003, 'immich-machine-learning'),
  web('portainer', 9000, 'portainer(-ce|-ee)?'),
  web('ollama', 11434, 'ollama'),
  web('electric', 3000, 'electricsql/electric'),
  web('umami', 3000, 'umami'),
  web('imgproxy', 8080, 'imgproxy'),
  web('temporal-ui', 8080, 'temporalio/ui'),
];

function web(name: string, port: number, ...names: string[]): ImageFamily {
  return { name, pattern: named(...names), port, url: httpUrl };
}
