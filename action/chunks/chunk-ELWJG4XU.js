import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
function abortOnSignals(){let controller=new AbortController;for(let[signal,name,code]of SIGNALS)process.on(signal,()=>{controller.signal.aborted&&process.exit(code),process.stderr.write(`
${name}: removing what was made (again to leave at once)
`),controller.abort(new Error(name))});return controller.signal}function endOnSignals(){let controller=new AbortController;for(let[signal,name,code]of SIGNALS)process.on(signal,()=>{controller.signal.aborted&&process.exit(code),process.exitCode=code,controller.abort(new Error(name))});return process.stdout.on("error",()=>controller.abort(new Error("the reader of stdout has gone"))),controller.signal}function finishOnSignals(handOver){let told=!1,ends=SIGNALS.map(([signal,name,code])=>{let heard=()=>{if(told){handOver().then(()=>"what is left is removed by the watchdog, or by the next docker-manual command").catch(()=>"what is left is removed by the next docker-manual command").then(text=>process.stderr.write(`
${name}: ${text}
`,()=>process.exit(code)));return}told=!0,process.stderr.write(`
${name}: removing what has been begun, then ending (again to leave at once)
`)};return process.on(signal,heard),()=>process.off(signal,heard)});return{end:()=>ends.forEach(end=>{end()})}}var SIGNALS=[["SIGINT","Ctrl-C",130],["SIGTERM","SIGTERM",143],["SIGHUP","SIGHUP",129]];export{abortOnSignals,endOnSignals,finishOnSignals};
