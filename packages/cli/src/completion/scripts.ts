/** The scripts that make shells ask `flv __complete`. */

/** Makes the script for a shell; `name` is the command as it is typed. */
export const SCRIPTS: Readonly<Record<string, (name: string) => string>> = {
  bash: (name) => `# bash completion of ${name}
_${id(name)}_complete() {
  local line words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  [[ "\${words[-1]}" == "=" ]] && words+=("")
  while IFS= read -r line; do
    case "$line" in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(${name} __complete "\${words[@]}" 2>/dev/null)
}
complete -F _${id(name)}_complete ${name}
`,
  zsh: (name) => `#compdef ${name}
_${id(name)}_complete() {
  local line files=0
  local -a candidates
  while IFS= read -r line; do
    case "$line" in
      :files) files=1 ;;
      :folders) files=2 ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line:#*$'\\t'*}:+:\${line#*$'\\t'}}") ;;
    esac
  done < <(${name} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe '${name}' candidates
  (( files == 1 )) && _files
  (( files == 2 )) && _files -/
}
# As a file of $fpath this is called once by its own name, in the middle of a completion.
if [[ "\${funcstack[1]}" == "_${name}" ]]; then compdef _${id(name)}_complete ${name}; _${id(name)}_complete "$@"; else compdef _${id(name)}_complete ${name}; fi
`,
  fish: (name) => `# fish completion of ${name}
function __${id(name)}_complete
  set -l words (commandline -opc)[2..] (commandline -ct)
  for line in (${name} __complete $words 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path (commandline -ct)
      case :folders
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c ${name} -f -a '(__${id(name)}_complete)'
`,
  powershell: (name) => `# PowerShell completion of ${name}
Register-ArgumentCompleter -Native -CommandName ${name} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $words += "$wordToComplete"
  & ${name} __complete @words 2>$null | Where-Object { -not $_.StartsWith(':') } | ForEach-Object {
    $word, $text = $_ -split "\`t", 2
    if (-not $text) { $text = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $text)
  }
}
`,
};

/** A name that every shell takes for a function. */
const id = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '_');
