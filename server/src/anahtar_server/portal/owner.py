"""Whose cards a page is about: the person's own, or those of a firm that the person represents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.urls import reverse

from anahtar_server.cards.models import Card
from anahtar_server.cards.queries import cards_of, cards_of_firm
from anahtar_server.certificates.models import Certificate
from anahtar_server.certificates.queries import for_holder
from anahtar_server.people.models import Firm, Holder
from anahtar_server.people.queries import firms_of
from anahtar_wire.problems import Problem, Refusal

_LONGEST_SERIAL = 40


@dataclass(frozen=True, slots=True)
class Owner:
    """A holder, or a firm through its representative. Every object of a page is looked up through it."""

    holder: Holder
    firm: Firm | None = None

    @property
    def kind(self) -> str:
        """`nes` or `muhur`, as the addresses say it."""
        return "muhur" if self.firm else "nes"

    @property
    def menu_url(self) -> str:
        """The address of the owner's menu."""
        return reverse("muhur_firma", args=[self.firm.pk]) if self.firm else reverse("nes")

    @property
    def pin_url(self) -> str:
        """The address where an unlock is opened."""
        return self.menu_url + "pin/"

    def certificate_url(self, certificate: Certificate) -> str:
        """The address of one certificate's details."""
        return f"{self.menu_url}sertifika/{certificate.serial}/"

    def cards(self) -> QuerySet[Card]:
        """Return the owner's cards, the newest first."""
        return cards_of_firm(self.firm) if self.firm else cards_of(self.holder)

    def certificate(self, serial: str, now: datetime) -> Certificate:
        """Return the owner's certificate; raises Refusal PAGE_NOT_FOUND, alike for unknown and for another's."""
        found = None
        if len(serial) <= _LONGEST_SERIAL:
            found = for_holder(self.holder, now).filter(serial=serial, card__firm=self.firm).first()
        if found is None:
            raise Refusal(Problem.PAGE_NOT_FOUND)
        return found


def with_certificates(cards: Iterable[Card]) -> list[Card]:
    """Return the cards, each with its certificates, the newest first, in one query more."""
    found, newest_first = list(cards), Certificate.objects.defer("der").order_by("-not_before", "serial")
    prefetch_related_objects(found, Prefetch("certificates", newest_first))
    return found


def owner_for(holder: Holder, firm: UUID | None, now: datetime) -> Owner:
    """Return the person, or the firm that an address names; raises Refusal PAGE_NOT_FOUND as `firm_of`."""
    return Owner(holder) if firm is None else firm_of(holder, firm, now)


def firm_of(holder: Holder, firm: UUID, now: datetime) -> Owner:
    """Return the firm as an owner; raises Refusal PAGE_NOT_FOUND if `holder` may not act for it at `now`."""
    found = firms_of(holder, now).filter(pk=firm).first()
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return Owner(holder, found)


def owner_of(card: Card, holder: Holder) -> Owner:
    """Return whose page a card is on, for a holder who acts on it."""
    return Owner(holder, card.firm)
