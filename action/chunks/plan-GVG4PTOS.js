import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{managerOptions,specOptions}from"./chunk-H6VMUWBT.js";import{printData,printText}from"./chunk-KZSWDSZC.js";import"./chunk-6UYJONMO.js";import"./chunk-LFLHEBEL.js";import{createManager}from"./chunk-G536O5DX.js";import"./chunk-U7YN7KNT.js";import"./chunk-GMK24E65.js";import"./chunk-FXUQ44XC.js";import"./chunk-ERG75GEA.js";import"./chunk-YKO2DBUJ.js";import"./chunk-STQ6K4MF.js";import"./chunk-SXCAJ2T6.js";import"./chunk-3VFBLJAT.js";import"./chunk-Y5OEP7D7.js";import"./chunk-ZNOWVWGQ.js";import"./chunk-WU2XUZ2L.js";import"./chunk-K2LYZSVN.js";import"./chunk-5EDEKSFI.js";import"./chunk-WOJKGKMV.js";import"./chunk-SHMJZFQ5.js";import"./chunk-GYS6NLYT.js";import"./chunk-5X2BMSNY.js";import"./chunk-AS7EOGQ7.js";import"./chunk-DG7H5QEV.js";import"./chunk-DYXFO64H.js";import"./chunk-CQW4U24B.js";import"./chunk-GOKI7NSO.js";import"./chunk-PBPC3RI2.js";import"./chunk-GM5C7DDP.js";import"./chunk-2GHUDBNG.js";import"./chunk-AQ3QT5A3.js";import"./chunk-XYMIU2KI.js";import"./chunk-TDXN5KO3.js";import{relative}from"node:path";async function plan(flags){let manager=createManager(managerOptions(flags));try{let report=await manager.plan({...specOptions(flags),twice:flags.twice===!0});flags.json?printData(planJson(report)):printText(planText(report)),(report.open.length>0||report.disjoint===!1)&&(process.exitCode=2)}finally{await manager.close()}}function planJson({services,hazards,builds,disjoint,common}){return{services,hazards:hazards.map(({path:_,...hazard})=>({service:null,line:null,...hazard})),builds,...disjoint===void 0?{}:{disjoint,common}}}function planText(report){let parts=[...groupByService(report.hazards)].map(([title,hazards])=>`${title}
${hazards.map(hazardLine).join("")}`),open=report.open.map(h=>`
${h.service??h.path[1]} needs a decision: ${(h.choices??[]).map(c=>`--${c.replace("="," ")}`).join(", ")}`);return`${parts.join(`
`)||`Nothing has to be changed.
`}${open.join("")}${open.length>0?`
`:""}${report.builds.map(buildLine).join("")}${twiceText(report)}`}function groupByService(hazards){let groups=new Map;for(let hazard of hazards){let title=hazard.service??`${hazard.path[0]} ${hazard.path[1]}`;groups.set(title,[...groups.get(title)??[],hazard])}return groups}function buildLine({service,state,why,files}){return state==="always"?`
${service} is built at each start: ${why}
`:`
${service} is built when its content changes (${files} files), ${state==="here"?"and is here":"and is not here yet"}
`}var MARKS={silent:" ",notice:"!",decision:"?"};function hazardLine({class:kindOf,kind,was,becomes,file,line}){let where=`${relative(process.cwd(),file)||file}${line===void 0?"":`:${line}`}`;return`  ${MARKS[kindOf]} ${kind.padEnd(16)} ${was}
      -> ${becomes}   (${where})
`}function twiceText({disjoint,common}){return disjoint===void 0?"":disjoint?`
Two copies have nothing in common.
`:`
Two copies would share: ${common?.join(", ")}
`}export{plan};
