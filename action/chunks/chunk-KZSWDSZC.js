import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{shown,shownJson}from"./chunk-LFLHEBEL.js";import{EnvironmentError}from"./chunk-XYMIU2KI.js";function printData(data){process.stdout.write(`${shownJson({success:!0,data})}
`)}function printText(text){process.stdout.write(shown(text))}function printError(error,json){if(json){let body=error instanceof EnvironmentError?error.toJSON():{code:"BUG",message:String(error)};process.stdout.write(`${shownJson({success:!1,error:body})}
`);return}if(!(error instanceof EnvironmentError)){let stack=error instanceof Error?error.stack:String(error);process.stderr.write(shown(`docker-manual: this is a bug, please report it:
${stack}
`));return}let step=error.step?` (at step "${error.step}")`:"",folder=error.dossier&&!error.message.includes(error.dossier)?`
  full logs: ${error.dossier}`:"";process.stderr.write(shown(`error ${error.code}${step}: ${error.message}${folder}
  hint: ${error.hint}
`))}export{printData,printText,printError};
