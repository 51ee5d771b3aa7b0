import { RESET } from '../override.js';
import { eachService, type Hazard, type HazardRule } from './hazard.js';

/** A fixed container name exists once on a machine; the services that resolve by it still find it, as an alias. */
export const containerNames: HazardRule = (context) =>
  eachService(context, (name, service) => {
    const fixed = service.container_name;
    if (fixed === undefined) return [];
    context.draft.set('services', name, { container_name: RESET });
    const aliased = fixed !== name && !service.network_mode;
    if (aliased) {
      for (const network of Object.keys(service.networks ?? { default: null })) {
        const own = service.networks?.[network]?.aliases ?? [];
        context.draft.set('services', name, { networks: { [network]: { aliases: [...own, fixed] } } });
      }
    }
    const becomes = `${context.project}-${name}-1${aliased ? `, reached as "${fixed}" by its neighbours` : ''}`;
    return [
      { service: name, kind: 'container-name', class: 'silent', path: at(name, 'container_name'), was: fixed, becomes },
    ];
  });

/** A fixed network or volume name makes all copies share it; the project's own name is what Compose gives without. */
export const objectNames: HazardRule = ({ model, project, draft }) => {
  const found: Hazard[] = [];
  for (const section of ['networks', 'volumes'] as const) {
    for (const [key, object] of Object.entries(model[section] ?? {})) {
      if (object?.external) continue;
      const own = `${project}_${key}`;
      draft.set(section, key, {});
      if (object?.name === undefined || object.name === own) continue;
      draft.set(section, key, { name: own });
      const kind = section === 'networks' ? 'network-name' : 'volume-name';
      found.push({ kind, class: 'silent', path: [section, key, 'name'], was: object.name, becomes: own });
    }
  }
  return found;
};

/** Two checkouts of one repository would overwrite each other's tag; copies of one checkout share what they build. */
export const imageTags: HazardRule = (context) =>
  eachService(context, (name, service) => {
    if (!service.build) return [];
    const tree = fingerprint(`${service.build.context ?? ''}\0${service.build.dockerfile ?? ''}\0${name}`);
    const was = service.image ?? `${context.project}-${name}`;
    const becomes = `${repositoryOf(service.image) ?? `docker-manual/${name}`}:dm-${tree}`;
    context.draft.set('services', name, {
      image: becomes,
      ...(service.build.tags ? { build: { tags: RESET } } : {}),
    });
    const named = service.image !== undefined;
    return [
      {
        service: name,
        kind: 'image-tag',
        class: named ? 'notice' : 'silent',
        path: at(name, named ? 'image' : 'build'),
        was,
        becomes,
      },
    ];
  });

/** "registry:5000/team/app:1.2@sha256:…" → "registry:5000/team/app". */
function repositoryOf(image: string | undefined): string | undefined {
  return image?.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}

/** FNV-1a, 32 bits: tells folders apart; nothing depends on its strength. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function at(service: string, key: string): string[] {
  return ['services', service, key];
}
