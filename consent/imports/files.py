"""The kept file of an import, which someone may have taken away or changed on disk."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.core.files import File

    from consent.models import ImportJob


class FileTroubleError(ValidationError):
    """A sentence for people, without the place on disk."""


def opened(job: ImportJob) -> File[Any]:
    """The file, open for reading bytes; the caller closes it.

    Raises `FileTroubleError` (``file_gone``, ``file_unreadable``).
    """
    try:
        return job.file.open("rb")
    except (OSError, ValueError) as error:
        raise trouble(error) from error


def binary(file: File[Any]) -> IO[bytes]:
    """What `consent.imports.reading.records` goes through."""
    assert file.file is not None
    return file.file


def trouble(error: OSError | ValueError) -> FileTroubleError:
    """What to say of ``error``; a `ValueError` is of a row without a file, or of an encoding."""
    if isinstance(error, UnicodeError):
        return FileTroubleError(
            _("The file of this import has changed since its upload. Upload it again."),
            code="file_changed",
        )
    if isinstance(error, FileNotFoundError) or not isinstance(error, OSError):
        return FileTroubleError(
            _("The file of this import is no longer there. Upload it again."), code="file_gone"
        )
    return FileTroubleError(
        _("The file of this import cannot be read: %(why)s."),
        code="file_unreadable",
        params={"why": error.strerror or type(error).__name__},
    )
