"""The man page and the shell completion of `eimza`, made from its parser, so that they cannot tell anything else.

python -m anahtar_desktop.manual man [tr|en] > eimza.1
python -m anahtar_desktop.manual bash > eimza.bash
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from anahtar_desktop import RELEASE
from anahtar_desktop.command_line import COMMANDS, FILES, FLAGS, LANGUAGES
from anahtar_desktop.parsing import parser
from anahtar_desktop.texts import Text, say


def man(language: str) -> str:
    """Return the man page (groff_man(7)) in `language`."""
    whole = parser(language)
    lines = [
        f'.TH EIMZA 1 "" "eimza {RELEASE}"',
        f".SH {say(Text.MAN_NAME, language)}",
        f"eimza \\- {_roff(say(Text.HELP, language))}",
        f".SH {say(Text.MAN_SYNOPSIS, language)}",
        f".B eimza\n[{_roff(' | '.join(COMMANDS))}] [{say(Text.HELP_OPTIONS, language).lower()}]",
        f".SH {say(Text.HELP_COMMANDS, language).upper()}",
        *_commands(language),
        f".SH {say(Text.HELP_OPTIONS, language).upper()}",
        *_options(whole),
        f".SH {say(Text.MAN_EXITS, language)}",
        _roff(say(Text.HELP_EXITS, language)),
        f".SH {say(Text.MAN_ENVIRONMENT, language)}",
        f".TP\n.B EIMZA_CONFIG\n{_roff(say(Text.MAN_CONFIG, language))}",
    ]
    return "\n".join(lines) + "\n"


def _commands(language: str) -> Iterator[str]:
    for name, text in COMMANDS.items():
        yield f".TP\n.B {name}\n{_roff(say(text, language))}"
        for option, meaning in {**FLAGS.get(name, {}), **FILES.get(name, {})}.items():
            yield f".RS\n.TP\n.B {_roff(option)}\n{_roff(say(meaning, language))}\n.RE"


def _options(whole: argparse.ArgumentParser) -> Iterator[str]:
    for action in whole._actions:
        if action.option_strings:
            yield f".TP\n.B {_roff(', '.join(action.option_strings))}\n{_roff(action.help or '')}"


def _roff(text: str) -> str:
    """Return a text in which nothing is taken for a request or a hyphenation point."""
    plain = text.replace("\\", "\\\\").replace("-", "\\-")
    return "\\&" + plain if plain.startswith((".", "'")) else plain


def bash() -> str:
    """Return the completion for bash."""
    options = {
        name: " ".join([*FLAGS.get(name, {}), *FILES.get(name, {}), "--language", "--help"]) for name in COMMANDS
    }
    cases = "\n".join(f"    {name}) words='{words}' ;;" for name, words in options.items())
    return f"""# bash completion for eimza
_eimza() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" command="" words=""
  for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $one in {"|".join(COMMANDS)}) command=$one; break ;; esac
  done
  case $before in
    --language) COMPREPLY=($(compgen -W "{" ".join(LANGUAGES)}" -- "$word")); return ;;
    --report) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case $command in
{cases}
    *) words='{" ".join(COMMANDS)} --language --version --help' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -F _eimza eimza
"""


if __name__ == "__main__":
    wanted, *language = sys.argv[1:]
    print(bash() if wanted == "bash" else man(language[0] if language else "en"), end="")
