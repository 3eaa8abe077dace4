"""What holders type on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from anahtar_server.cards.models import Card
from anahtar_server.confirmation.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, password_fits

RULE = _("En az 10 karakter yazın; en az 4 farklı karakter olsun.")


ENTERED = (
    ("evet", _("Evet, ben girdim; ya da PIN kodum kilitli değil")),
    ("hayir", _("Hayır, ben girmedim")),
    ("bilmiyorum", _("Emin değilim")),
)
"""Who entered the wrong PINs."""


class OpenUnlock(forms.Form):
    """Which card, who entered the wrong PINs, and that the duties were read. One single card is chosen already.

    `goon` comes from the page that offered to suspend first.
    """

    card = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("PIN kodunu belirleyeceğiniz kartı seçin."),
            "invalid_choice": _("Listedeki kartlardan birini seçin."),
        },
    )
    entered = forms.ChoiceField(choices=ENTERED, required=False, widget=forms.RadioSelect)
    duties = forms.BooleanField(required=False, error_messages={"required": _("Metni okuyup kutuyu işaretleyin.")})
    goon = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def in_doubt(self) -> bool:
        """Whether somebody else may have entered the wrong PINs, and suspending was not offered yet."""
        return self.cleaned_data["entered"] in ("hayir", "bilmiyorum") and not self.cleaned_data["goon"]

    def __init__(self, cards: Iterable[Card], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serials = [card.serial for card in cards]
        field = self.fields["card"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(serial, serial) for serial in serials]
        if len(serials) == 1:
            self.initial.setdefault("card", serials[0])


class WebPassword(forms.Form):
    """A web password, typed twice. What was typed is never sent back to the page."""

    password = forms.CharField(
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput,
        error_messages={"required": RULE, "max_length": _("En çok 128 karakter yazın.")},
    )
    password_again = forms.CharField(
        strip=False, required=False, widget=forms.PasswordInput, max_length=LONGEST_PASSWORD
    )

    shortest = SHORTEST_PASSWORD

    def clean_password(self) -> str:
        """Check the rule, so that the field says what is missing."""
        password = str(self.cleaned_data["password"])
        if not password_fits(password):
            raise ValidationError(RULE)
        return password

    def clean(self) -> dict[str, Any]:
        """Check that both entries are the same."""
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned and cleaned["password"] != cleaned.get("password_again"):
            self.add_error("password_again", _("İki alana yazılanlar birbirinden farklı. Aynı parolayı yeniden yazın."))
        return cleaned
