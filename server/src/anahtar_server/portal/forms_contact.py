"""A new contact line as holders type it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from anahtar_server.people.models import ContactLine
from anahtar_server.people.rules import checked_mobile

CHANNELS = ((ContactLine.Channel.SMS.value, _("Cep telefonu")), (ContactLine.Channel.EMAIL.value, _("E-posta")))


class NewLine(forms.Form):
    """A mobile number of any country, or an e-mail address, that is not on record yet."""

    channel = forms.ChoiceField(choices=CHANNELS, widget=forms.RadioSelect, initial="sms")
    address = forms.CharField(
        max_length=200, error_messages={"required": _("Yeni numarayı ya da e-posta adresini yazın.")}
    )

    def __init__(self, lines: Iterable[ContactLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._there = {(line.channel, line.address) for line in lines}

    def clean(self) -> dict[str, Any]:
        """Check the address as its channel asks."""
        cleaned = super().clean() or self.cleaned_data
        if "channel" in cleaned and "address" in cleaned:
            try:
                cleaned["address"] = self._checked(cleaned["channel"], cleaned["address"].strip())
            except ValidationError as wrong:
                self.add_error("address", wrong)
        return cleaned

    def _checked(self, channel: str, address: str) -> str:
        if channel == ContactLine.Channel.SMS:
            try:
                address = checked_mobile(address)
            except ValueError:
                raise ValidationError(
                    _("Bu bir telefon numarası değil. Örnek: 0532 123 45 67 ya da ülke koduyla +90 532 123 45 67.")
                ) from None
        else:
            EmailValidator(_("Bu bir e-posta adresi değil. Örnek: ad@kurum.gov.tr"))(address)
        if (channel, address) in self._there:
            raise ValidationError(_("Bu hat zaten kayıtlı."))
        return address
