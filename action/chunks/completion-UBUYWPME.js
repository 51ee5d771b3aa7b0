import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import"./chunk-G536O5DX.js";import"./chunk-U7YN7KNT.js";import"./chunk-GMK24E65.js";import"./chunk-FXUQ44XC.js";import"./chunk-ERG75GEA.js";import"./chunk-YKO2DBUJ.js";import"./chunk-STQ6K4MF.js";import"./chunk-SXCAJ2T6.js";import"./chunk-3VFBLJAT.js";import"./chunk-Y5OEP7D7.js";import"./chunk-ZNOWVWGQ.js";import{SHELLS}from"./chunk-MIE2AVW2.js";import"./chunk-WU2XUZ2L.js";import"./chunk-K2LYZSVN.js";import"./chunk-5EDEKSFI.js";import"./chunk-WOJKGKMV.js";import"./chunk-SHMJZFQ5.js";import"./chunk-GYS6NLYT.js";import"./chunk-5X2BMSNY.js";import"./chunk-AS7EOGQ7.js";import"./chunk-DG7H5QEV.js";import"./chunk-DYXFO64H.js";import"./chunk-CQW4U24B.js";import"./chunk-GOKI7NSO.js";import"./chunk-PBPC3RI2.js";import"./chunk-GM5C7DDP.js";import"./chunk-2GHUDBNG.js";import"./chunk-AQ3QT5A3.js";import{EnvironmentError}from"./chunk-XYMIU2KI.js";import"./chunk-TDXN5KO3.js";function vocabulary(root){return Object.fromEntries(root.commands.map(command=>{let options=[...command.options.flatMap(({long})=>long??[]),"--help"];return[command.name(),{meaning:command.description(),options}]}))}function completion(shell,words){if(!SHELLS.includes(shell)){let reason=`"${shell}" is none of ${SHELLS.join(", ")}`;throw new EnvironmentError("OPTION_INVALID",{option:"shell",reason,command:"completion"})}process.stdout.write(SCRIPTS[shell](words))}var SCRIPTS={bash:words=>`# docker-manual completion bash >~/.local/share/bash-completion/completions/docker-manual
_docker_manual() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${Object.keys(words).join(" ")}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases(words,options=>`COMPREPLY=($(compgen -W "${options}" -- "$word"))`)}
  esac
}
complete -o default -F _docker_manual docker-manual
`,zsh:words=>`#compdef docker-manual
# docker-manual completion zsh >"\${fpath[1]}/_docker-manual"
_docker_manual() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${Object.entries(words).map(([name,{meaning}])=>`      ${quoted(`${name}:${meaning}`)}`).join(`
`)}
    )
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases(words,options=>`compadd -- ${options}`)}
  esac
  _files
}
compdef _docker_manual docker-manual
`,fish:words=>`# docker-manual completion fish >~/.config/fish/completions/docker-manual.fish
${Object.entries(words).flatMap(([name,{meaning,options}])=>[`complete -c docker-manual -n __fish_use_subcommand -a ${name} -d ${quoted(meaning)}`,...options.map(each=>`complete -c docker-manual -n '__fish_seen_subcommand_from ${name}' -l ${each.slice(2)}`)]).join(`
`)}
`};function cases(words,line){return Object.entries(words).map(([name,{options}])=>`    ${name}) ${line(options.join(" "))} ;;`).join(`
`)}function quoted(text){return`'${text.replaceAll("'","'\\''")}'`}export{completion,vocabulary};
