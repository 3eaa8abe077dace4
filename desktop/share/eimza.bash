# bash completion for eimza
_eimza() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" words=""
  for one in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $one in window|unlock|change|status|doctor|register|open) command=$one; break ;; esac
  done
  case $before in
    --language) COMPREPLY=($(compgen -W "tr en" -- "$word")); return ;;
    --report) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case $command in
    window) words='--language --help' ;;
    unlock) words='--language --help' ;;
    change) words='--language --help' ;;
    status) words='--json --language --help' ;;
    doctor) words='--json --report --language --help' ;;
    register) words='--remove --language --help' ;;
    open) words='--language --help' ;;
    *) words='window unlock change status doctor register open --language --version --help' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _eimza eimza
