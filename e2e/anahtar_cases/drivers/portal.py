"""The pages: what they refuse, and what an operator's act does to an unlock under way."""

from __future__ import annotations

from anahtar_cases.proxy import Answer, Asked, Proxy, at
from anahtar_cases.world import NES, SEAL, Happened, World
from anahtar_desktop.ports import Instead

STALE, REVOKED, LOST = 2, 3, 4


def another_persons_unlock(world: World) -> Happened:
    """Somebody else's page cannot be told from one that is not there."""
    visit = world.visit()
    world.get(SEAL, visit.page, visit.problems)
    return visit.happened()


def form_without_its_token(world: World) -> Happened:
    """A form that our page did not send."""
    visit = world.visit()
    world.post(NES, visit.page + "vazgec/", visit.problems, csrfmiddlewaretoken="x" * 64)
    return visit.happened()


def signed_in_too_long_ago(world: World) -> Happened:
    """Signed in sixteen minutes ago: this step asks for it again."""
    visit = world.visit(STALE)
    world.jump(STALE, "sign-in", 16 * 60)
    world.post(STALE, f"{world.stage.portal}/nes/pin/", visit.problems, card=visit.serial, duties="on")
    return visit.happened()


def cancelled_in_the_portal(world: World) -> Happened:
    """The holder cancels while the program asks for the SMS code."""
    visit = world.visit()

    def cancelling() -> str | Instead:
        browser = world.browser(NES)
        browser.open(visit.page)
        browser.press("İşlemden Vazgeç")
        return visit.telephone.code()

    visit.program(typed=cancelling)
    return visit.happened()


def revoked_before_the_consent(world: World) -> Happened:
    """The certificate is revoked between confirmation and consent: the revocation wins."""
    visit = world.visit(REVOKED)

    def revoking(asked: Asked) -> Answer:
        answer = asked.pass_on()
        world.operator("revoke", visit.serial)
        return answer

    with Proxy(world.stage.portal, at("grant", revoking)) as proxy:
        visit.program(server=proxy.address)
    return visit.happened()


def lost_before_the_consent(world: World) -> Happened:
    """The card is reported lost between confirmation and consent."""
    visit = world.visit(LOST)

    def losing(asked: Asked) -> Answer:
        answer = asked.pass_on()
        world.operator("lost", visit.serial)
        return answer

    with Proxy(world.stage.portal, at("grant", losing)) as proxy:
        visit.program(server=proxy.address)
    return visit.happened()
