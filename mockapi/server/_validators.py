"""What the API would refuse requests with: a validator for each kind of settings, made when first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi import validation

if TYPE_CHECKING:
    from mockapi.exchange import Request
    from mockapi.validation import Refusal, ValidationSettings, Validator

_MOST: Final = 64
"""Validators that are kept; sessions may have any number of settings."""


class Validators:
    """The validators of a server."""

    def __init__(self) -> None:
        self._made: dict[ValidationSettings, Validator] = {}
        self._latest: tuple[ValidationSettings, Validator] | None = None

    def refusal(self, request: Request, settings: ValidationSettings) -> Refusal | None:
        """What the API would refuse a request with under some settings; None if it would take it."""
        if settings.mode == "off":
            return None
        if request.known is not None and ("refusal", settings) in request.known:
            return request.known["refusal", settings]  # type: ignore[no-any-return] # what a validator said
        return self._validator(settings).check(request)

    def accepts_at_once(self, request: Request, settings: ValidationSettings) -> bool:
        """Whether `refusal` says None, and without a look at the rules; False says nothing."""
        return self._validator(settings).accepts_at_once(request)

    def _validator(self, settings: ValidationSettings) -> Validator:
        if self._latest is not None and settings is self._latest[0]:
            return self._latest[1]  # as nearly always: settings are slow to hash
        validator = self._made.get(settings)
        if validator is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            validator = self._made[settings] = validation.Validator(settings)
        self._latest = settings, validator
        return validator
