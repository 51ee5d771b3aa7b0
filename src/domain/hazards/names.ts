import { RESET } from '../override.js';
import { eachService, type Hazard, type HazardContext, type HazardRule } from './hazard.js';

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
        context.draft.setOnNetwork(name, network, { aliases: [...own, fixed] });
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
      const own = ownName(project, model[section], key);
      draft.set(section, key, {});
      if (object?.name === undefined || object.name === own) continue;
      draft.set(section, key, { name: own });
      const kind = section === 'networks' ? 'network-name' : 'volume-name';
      found.push({ kind, class: 'silent', path: [section, key, 'name'], was: object.name, becomes: own });
    }
  }
  return found;
};

/** The project's name for a network or volume; keys that share a fixed name share the project's too. */
export function ownName(
  project: string,
  objects: Readonly<Record<string, { readonly name?: string } | null>> | undefined,
  key: string,
): string {
  const fixed = objects?.[key]?.name;
  const first = Object.entries(objects ?? {}).find(([, object]) => fixed !== undefined && object?.name === fixed);
  return `${project}_${first?.[0] ?? key}`;
}

/** Two checkouts of one repository would overwrite each other's tag; what is built of the same content has the same. */
export const imageTags: HazardRule = (context) => {
  const tags = new Map<string, string>();
  const found = eachService(context, (name, service) => {
    if (!service.build) return [];
    const tag = context.facts.builds?.[name] ?? `dm-${fingerprint(`${JSON.stringify(service.build)}\0${name}`)}`;
    const was = service.image ?? `${context.project}-${name}`;
    const becomes = `${builtRepository(name, service.image)}:${tag}`;
    tags.set(was, becomes);
    context.draft.set('services', name, {
      image: becomes,
      ...(service.build.tags ? { build: { tags: RESET } } : {}),
    });
    const named = service.image !== undefined;
    const [kind, path] = ['image-tag', at(name, named ? 'image' : 'build')] as const;
    return [{ service: name, kind, class: named ? 'notice' : 'silent', path, was, becomes }];
  });
  return [...found, ...imagesOfOthers(context, tags)];
};

/** Services that run what another service of the file builds. */
function imagesOfOthers(context: HazardContext, tags: ReadonlyMap<string, string>): Hazard[] {
  return eachService(context, (name, service) => {
    const [was = '', becomes] = [service.image, tags.get(service.image ?? '')];
    if (service.build || becomes === undefined) return [];
    context.draft.set('services', name, { image: becomes });
    return [{ service: name, kind: 'image-tag', class: 'notice', path: at(name, 'image'), was, becomes }];
  });
}

/** The image of a service as it stands after the rules so far. */
export function imageOf({ model, draft }: HazardContext, name: string): string | undefined {
  return (draft.get('services', name, 'image') as string | undefined) ?? model.services[name]?.image;
}

/** The repository that a service's build gets its tag in. */
export function builtRepository(name: string, image: string | undefined): string {
  return repositoryOf(image) ?? `docker-manual/${pathComponent(name)}`;
}

/** "registry:5000/team/app:1.2@sha256:…" → "registry:5000/team/app". */
function repositoryOf(image: string | undefined): string | undefined {
  return image?.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}

/** A service's name as part of an image's: "My_App." → "my-app". */
function pathComponent(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'service'
  );
}

/** FNV-1a, 32 bits: tells folders apart; nothing depends on its strength. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function at(service: string, key: string): string[] {
  return ['services', service, key];
}
