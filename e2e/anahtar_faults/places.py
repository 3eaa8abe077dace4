"""Where the server's processes are killed, as data: each named point with a process that reaches it and how."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from anahtar_server.points import Point as P


class Story(Enum):
    """What the holder is doing meanwhile."""

    SMS = auto()  # all goes well, confirmed by SMS
    WEB = auto()  # all goes well, confirmed by web password
    CUT_BEFORE = auto()  # the card's link breaks before the cryptogram; the program reports and settles
    CUT_AFTER = auto()  # it breaks after the card took the new PIN
    SILENT = auto()  # the same, and the program's network is gone as well: nobody reports
    CANCEL = auto()  # the holder cancels in the portal instead of typing the code


class Place(NamedTuple):
    """A process dies at the `passing`-th time it reaches a point."""

    process: str
    point: P
    story: Story
    passing: int = 1


_WEB = (
    *(Place("portal", point, Story.WEB) for point in (P.OPEN_BEFORE_COMMIT, P.OPEN_AFTER_COMMIT)),
    *(Place("portal", point, Story.WEB) for point in (P.CLAIM_BEFORE_COMMIT, P.CLAIM_AFTER_COMMIT)),
    *(Place("portal", point, Story.CANCEL) for point in (P.CANCEL_BEFORE_COMMIT, P.CANCEL_AFTER_COMMIT)),
    # The errands of an unlock that goes well: confirmation, its answer, grant, consent, report.
    *(Place("portal", P.ERRAND_BEFORE_SENT, Story.WEB, passing) for passing in (1, 2, 3, 4, 5)),
    *(Place("portal", P.ERRAND_AFTER_ANSWER, Story.WEB, passing) for passing in (1, 2, 3, 4, 5)),
)
_KEY_SERVICE = (
    *(Place("keyservice", point, Story.SMS) for point in (P.ASK_BEFORE_COMMIT, P.ASK_AFTER_COMMIT)),
    *(Place("keyservice", point, Story.WEB) for point in (P.ANSWER_BEFORE_COMMIT, P.ANSWER_AFTER_COMMIT)),
    *(Place("keyservice", point, Story.WEB) for point in (P.GRANT_BEFORE_COMMIT, P.GRANT_AFTER_COMMIT)),
    *(Place("keyservice", point, Story.WEB) for point in (P.PROOF_BEFORE_KEY, P.PROOF_AFTER_KEY)),
    *(
        Place("keyservice", point, story)
        for point in (P.CONSENT_BEFORE_COMMIT, P.CONSENT_BEFORE_KEY, P.CONSENT_AFTER_KEY)
        for story in (Story.WEB, Story.SMS)
    ),
    *(Place("keyservice", point, Story.WEB) for point in (P.EVIDENCE_BEFORE_KEY, P.EVIDENCE_AFTER_KEY)),
    *(Place("keyservice", point, Story.WEB) for point in (P.OUTCOME_BEFORE_COMMIT, P.OUTCOME_AFTER_COMMIT)),
    *(
        Place("keyservice", point, story)
        for point in (P.DOUBT_BEFORE_COMMIT, P.DOUBT_AFTER_COMMIT, P.SETTLING_BEFORE_COMMIT, P.SETTLING_AFTER_COMMIT)
        for story in (Story.CUT_BEFORE, Story.CUT_AFTER)
    ),
    # The second proof of these stories is the settling one.
    *(
        Place("keyservice", point, story, 2)
        for point in (P.PROOF_BEFORE_KEY, P.PROOF_AFTER_KEY)
        for story in (Story.CUT_BEFORE, Story.CUT_AFTER)
    ),
    *(Place("keyservice", P.OUTCOME_BEFORE_COMMIT, story) for story in (Story.CUT_BEFORE, Story.CUT_AFTER)),
    *(Place("keyservice", P.OUTCOME_AFTER_COMMIT, story) for story in (Story.CUT_BEFORE, Story.CUT_AFTER)),
    *(Place("keyservice", P.REPLY_BEFORE_SENT, Story.WEB, passing) for passing in (1, 2, 3, 4, 5)),
)
_WORKER = (
    *(
        Place("worker", point, Story.SMS)
        for point in (P.SEND_BEFORE_LEASE, P.SEND_AFTER_LEASE, P.SEND_BEFORE_MARK, P.SEND_AFTER_MARK)
    ),
    *(Place("worker", point, Story.SMS) for point in (P.LINK_BEFORE_COMMIT, P.LINK_AFTER_COMMIT)),
    *(Place("worker", point, Story.SILENT) for point in (P.TIME_BEFORE_COMMIT, P.TIME_AFTER_COMMIT)),
)
PLACES = (*_WEB, *_KEY_SERVICE, *_WORKER)
