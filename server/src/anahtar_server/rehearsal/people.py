"""Made-up people, firms and cards, put into the registers by the same acts as real ones."""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from stdnum.tr import tckimlik, vkn

from anahtar_card.families.akis.secrets_held import SALT_LENGTH, pin_of
from anahtar_card.virtual import Memory
from anahtar_server.audit.traces import REHEARSAL
from anahtar_server.cards.acts import register_card
from anahtar_server.cards.models import HSM
from anahtar_server.certificates.issuing import make_authority
from anahtar_server.certificates.models import Authority
from anahtar_server.certificates.workshop import KEY_VERSION, make_virtual_card
from anahtar_server.confirmation.acts import set_web_password
from anahtar_server.custody.port import Custody
from anahtar_server.people import acts as people
from anahtar_server.people.models import Firm, Holder

_GIVEN = ("Ayşe", "Işıl", "Çağrı", "Ömer", "Şule", "Gökçe", "İlknur", "Uğur")
_FAMILY = ("Deneme", "Örnek", "Prova", "Alıştırma")
_TITLES = ("Örnek Değirmencilik Gıda Sanayi ve Ticaret Limited Şirketi", "Prova Çiçekçilik Anonim Şirketi")
_TRADES = ("Işık", "Çınar", "Şeker", "Güneş", "Ilıca", "Öğüt", "İnci")
KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person with what a rehearsal needs to sign in; `old_pin` is on the card before it is locked."""

    tckn: str
    given_name: str
    family_name: str
    birth_date: str
    mobile: str
    email: str
    password: str
    web_password: str
    old_pin: str
    vkn: str
    title: str

    def __repr__(self) -> str:
        return f"<Person {self.given_name}>"


def make_person(seed: int, *, with_firm: bool) -> Person:
    """Make a person (and a firm to represent) with valid check digits; the same seed makes the same names and numbers,
    secrets are fresh each time."""
    chance = random.Random(seed)  # noqa: S311  # names and numbers, no secrets
    given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
    birth = date(1970, 1, 1) + timedelta(days=chance.randrange(11000))
    mobile = f"+90530{chance.randrange(10**7):07d}"
    return Person(
        tckn=_tckn(chance),
        given_name=given,
        family_name=family,
        birth_date=birth.isoformat(),
        mobile=mobile,
        email=f"holder{seed}@example.org",
        password=secrets.token_urlsafe(9),
        web_password=secrets.token_urlsafe(12),
        old_pin=_pin(),
        vkn=_vkn(chance) if with_firm else "",
        title=chance.choice(_TITLES) if with_firm else "",
    )


def _tckn(chance: random.Random) -> str:
    body = str(chance.randrange(10**8, 10**9))
    return body + str(tckimlik.calc_check_digits(body))


def _vkn(chance: random.Random) -> str:
    body = f"{chance.randrange(10**9):09d}"
    return body + str(vkn.calc_check_digit(body))


def _pin() -> str:
    """Six digits that meet the rule: no repeats of one digit, no run."""
    return "".join(secrets.choice(choices) for choices in ("23", "89", "14", "70", "52", "36"))


def prepare_keys(custody: Custody, now: datetime) -> Authority:
    """Make the master key and the issuing authority where they are missing."""
    if not custody.has(key_version=KEY_VERSION):
        custody.make_master(KEY_VERSION)
    return make_authority(
        name="issuing-1", title="Anahtar Prova Sertifika Hizmetleri", custody=custody, actor=REHEARSAL, now=now
    )


def register(person: Person, *, cards: Path, authority: Authority, custody: Custody, now: datetime) -> Path:
    """Put a person into the registers, known for a month, with one virtual card; returns the card's file.

    A person with a firm gets its seal, which never had a PIN; others a NES card that holds `old_pin`.
    """
    known = now - KNOWN_FOR
    holder = people.register_holder(
        tckn=person.tckn,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=date.fromisoformat(person.birth_date),
        language="tr",
        actor=REHEARSAL,
        now=known,
    )
    people.add_contact_line(holder=holder, channel="sms", address=person.mobile, actor=REHEARSAL, now=known)
    people.add_contact_line(holder=holder, channel="email", address=person.email, actor=REHEARSAL, now=known)
    set_web_password(holder=holder, password=person.web_password, actor=REHEARSAL, now=known)
    owner = _firm(person, holder, known) or holder
    path = _free(cards, "muhur" if person.vkn else "nes")
    memory = Memory.open(path, rehearsal=True)
    make_virtual_card(memory=memory, owner=owner, authority=authority, custody=custody, actor=REHEARSAL, now=now)
    if not person.vkn:
        # The PIN that its holder set long ago and will have mistyped three times.
        pin_of(memory).set(person.old_pin.encode(), secrets.token_bytes(SALT_LENGTH))
    return path


def _free(cards: Path, kind: str) -> Path:
    """Return the card's file: `nes.json`, then `nes-2.json`, and so on."""
    name, number = kind, 1
    while (cards / f"{name}.json").exists():
        number += 1
        name = f"{kind}-{number}"
    return cards / f"{name}.json"


def _firm(person: Person, holder: Holder, known: datetime) -> Firm | None:
    if not person.vkn:
        return None
    firm = people.register_firm(tax_number=person.vkn, title=person.title, actor=REHEARSAL, now=known)
    people.register_representative(holder=holder, firm=firm, since=known, until=None, actor=REHEARSAL, now=known)
    return firm


def represent_too(person: Person, of: Person, now: datetime) -> None:
    """Let a registered person represent the firm of another one too, for a year."""
    people.register_representative(
        holder=Holder.objects.get(tckn=person.tckn),
        firm=Firm.objects.get(tax_number=of.vkn),
        since=now - KNOWN_FOR,
        until=now + timedelta(days=365),
        actor=REHEARSAL,
        now=now - KNOWN_FOR,
    )


def give_firms(person: Person, number: int, seed: int, now: datetime) -> None:
    """Let a registered person represent so many further firms; the first one's seal lives on an HSM."""
    holder, known = Holder.objects.get(tckn=person.tckn), now - KNOWN_FOR
    chance = random.Random(f"firms {seed}")  # noqa: S311  # names and numbers, no secrets
    for count in range(1, number + 1):
        trade = chance.choice(_TRADES) if count > 1 else "HSM"
        title = f"{trade} {count} Prova Ticaret Limited Şirketi"
        firm = people.register_firm(tax_number=_vkn(chance), title=title, actor=REHEARSAL, now=known)
        people.register_representative(holder=holder, firm=firm, since=known, until=None, actor=REHEARSAL, now=known)
        if count == 1:
            serial = f"{chance.randrange(16**24):024X}"
            register_card(
                serial=serial,
                family=HSM,
                key_version=KEY_VERSION,
                pin_reference=0,
                owner=firm,
                actor=REHEARSAL,
                now=now,
            )


def store(persons: list[Person], folder: Path) -> None:
    """Write `people.json` for the story and `gate-people.json` for the gate, readable by this account only."""
    rows = [asdict(person) for person in persons]
    _write(folder / "people.json", rows)
    for_gate = ("tckn", "given_name", "family_name", "birth_date", "mobile", "password")
    _write(folder / "gate-people.json", [{name: row[name] for name in for_gate} for row in rows])


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
