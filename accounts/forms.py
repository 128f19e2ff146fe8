"""Forms that know their workspace: they fill it in, and refuse rows of any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.scope import belongs, workspace_path

if TYPE_CHECKING:
    _Form = forms.ModelForm[Model]
else:
    _Form = forms.ModelForm


class WorkspaceForm(_Form):
    """A form for a row of the workspace ``workspace_id``, which the admin class sets.

    The choosers are narrowed already; this is the second line, for fields that are not choosers.
    """

    workspace_id: ClassVar[Any] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._owns_workspace() and self.instance._state.adding:
            # Before validation, so that constraints per workspace are checked.
            self.instance.workspace_id = self.workspace_id  # type: ignore[attr-defined]

    def _owns_workspace(self) -> bool:
        return workspace_path(type(self.instance)) == "workspace"

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"workspace"} if self._owns_workspace() else excluded

    def _post_clean(self) -> None:
        for name, value in list(self.cleaned_data.items()):
            if any(not belongs(row, self.workspace_id) for row in _rows(value)):
                self.add_error(
                    name,
                    ValidationError(
                        _("Select a valid choice. That choice is not one of the available ones."),
                        code="invalid_choice",
                    ),
                )
        super()._post_clean()  # type: ignore[misc]


def _rows(value: object) -> Iterable[Model]:
    if isinstance(value, Model):
        return [value]
    if isinstance(value, QuerySet):
        return value
    if isinstance(value, (list, tuple, set)):
        return [each for each in value if isinstance(each, Model)]
    return []
