import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{specAndModel}from"./chunk-VM5KKRDN.js";import"./chunk-UOMA6GGN.js";import"./chunk-V6U5TLGP.js";import"./chunk-EQPAPNFO.js";import"./chunk-4ARQJV2L.js";import"./chunk-EFEGVUES.js";import"./chunk-KUQNURKD.js";import"./chunk-ZNOWVWGQ.js";import"./chunk-5X2BMSNY.js";import"./chunk-E7WVMTSI.js";import"./chunk-CQW4U24B.js";import"./chunk-XYMIU2KI.js";import"./chunk-TDXN5KO3.js";function renderGraph(model,format,timeline){let names=Object.keys(model.services),label=name=>{let ready=timeline?.services[name]?.ready;return ready===void 0?name:`${name} (${(ready/1e3).toFixed(1)} s)`},edges=Object.entries(model.services).flatMap(([to,service])=>Object.entries(service.depends_on??{}).filter(([from])=>from in model.services).map(([from,{condition}])=>({from,to,condition:condition.replace("service_","").replaceAll("_"," ")})));if(format==="dot"){let nodes2=names.map(name=>`  ${quote(name)} [label=${quote(label(name))}];`),arrows2=edges.map(e=>`  ${quote(e.from)} -> ${quote(e.to)} [label=${quote(e.condition)}];`);return`digraph services {
  rankdir=LR;
${[...nodes2,...arrows2].join(`
`)}
}
`}let id=name=>`s${names.indexOf(name)}`,nodes=names.map(name=>`  ${id(name)}[${quote(label(name))}]`),arrows=edges.map(e=>`  ${id(e.from)} -->|${e.condition}| ${id(e.to)}`);return`graph LR
${[...nodes,...arrows].join(`
`)}
`}function quote(text){return`"${text.replaceAll('"',"'")}"`}async function graph(context,options){let signal=options.signal??new AbortController().signal,{files:spec,template:model}=await specAndModel(context.config,await context.engine(),options,signal),files=JSON.stringify(spec.files),newest=(await context.store()).list().findLast(lease=>JSON.stringify(lease.spec.files)===files);return renderGraph(model,options.format??"mermaid",newest?.timeline??void 0)}export{graph};
