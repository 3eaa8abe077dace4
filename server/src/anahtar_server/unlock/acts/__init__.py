"""Every change of an unlock. The web opens, binds and cancels; the key service does all from the confirmation on."""

from anahtar_server.unlock.acts.agreeing import use_agreements
from anahtar_server.unlock.acts.closing import cancel, close_for_card, pass_time, sweep
from anahtar_server.unlock.acts.confirming import answer_confirmation, ask_confirmation, keep_not_opened
from anahtar_server.unlock.acts.opening import claim, open_unlock
from anahtar_server.unlock.acts.releasing import consent, give_grant
from anahtar_server.unlock.acts.settling import begin_settling, report, settle
from anahtar_server.unlock.acts.unsettling import unsettle

__all__ = (
    "answer_confirmation",
    "ask_confirmation",
    "begin_settling",
    "cancel",
    "claim",
    "close_for_card",
    "consent",
    "give_grant",
    "keep_not_opened",
    "open_unlock",
    "pass_time",
    "report",
    "settle",
    "sweep",
    "unsettle",
    "use_agreements",
)
