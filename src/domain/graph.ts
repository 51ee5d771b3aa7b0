import type { ComposeModel } from './model.js';
import type { Timeline } from './timeline.js';

/** Language of a diagram. */
export type GraphFormat = 'mermaid' | 'dot';

/** What waits for what, as text for a diagram; with a timeline each service says when it was ready. */
export function renderGraph(model: ComposeModel, format: GraphFormat, timeline?: Timeline): string {
  const names = Object.keys(model.services);
  const label = (name: string) => {
    const ready = timeline?.services[name]?.ready;
    return ready === undefined ? name : `${name} (${(ready / 1000).toFixed(1)} s)`;
  };
  const edges = Object.entries(model.services).flatMap(([to, service]) =>
    Object.entries(service.depends_on ?? {})
      .filter(([from]) => from in model.services)
      .map(([from, { condition }]) => ({
        from,
        to,
        condition: condition.replace('service_', '').replaceAll('_', ' '),
      })),
  );
  if (format === 'dot') {
    const nodes = names.map((name) => `  ${quote(name)} [label=${quote(label(name))}];`);
    const arrows = edges.map((e) => `  ${quote(e.from)} -> ${quote(e.to)} [label=${quote(e.condition)}];`);
    return `digraph services {\n  rankdir=LR;\n${[...nodes, ...arrows].join('\n')}\n}\n`;
  }
  const id = (name: string) => `s${names.indexOf(name)}`;
  const nodes = names.map((name) => `  ${id(name)}[${quote(label(name))}]`);
  const arrows = edges.map((e) => `  ${id(e.from)} -->|${e.condition}| ${id(e.to)}`);
  return `graph LR\n${[...nodes, ...arrows].join('\n')}\n`;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', "'")}"`;
}
