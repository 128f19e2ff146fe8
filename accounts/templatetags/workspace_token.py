"""Every form says which workspace it was opened in; `accounts.middleware` compares.

The tag replaces Django's own ``csrf_token`` (settings, builtins), so that no form forgets it: not
the admin's, not Unfold's, not one of ours.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.current import FORM_FIELD, current_workspace

register = template.Library()


class _Tokens(CsrfTokenNode):
    def render(self, context: Any) -> SafeString:
        csrf = SafeString(super().render(context))
        request = context.get("request")
        workspace = current_workspace(request) if hasattr(request, "user") else None
        if workspace is None:
            return csrf
        return csrf + format_html(
            '<input type="hidden" name="{}" value="{}">', FORM_FIELD, workspace.pk
        )


@register.tag
def csrf_token(parser: Parser, token: Token) -> _Tokens:
    return _Tokens()
