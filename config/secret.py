"""`python -m config.secret` prints fresh keys, as lines for .env."""

from __future__ import annotations

import base64
import secrets


def lines() -> list[str]:
    """One line per variable that has no default outside development."""
    return [
        # No quotes, no $ and no #: the same line serves a shell, systemd and compose.
        f"SECRET_KEY={secrets.token_urlsafe(60)}",
        f"ENCRYPTION_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}",
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
