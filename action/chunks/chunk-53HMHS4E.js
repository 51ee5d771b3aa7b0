import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
function removalText(removal,nothing,verb="removed"){let lines=[...removal.removed.map(({project,cause})=>`${verb} ${project}: ${cause}`),...removal.kept.map(({project,cause})=>`kept ${project}: ${cause}`)];return`${lines.length===0?nothing:lines.join(`
`)}
`}export{removalText};
