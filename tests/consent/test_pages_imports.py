"""The pages of an import, from upload to result, and the export that can come back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from consent.imports import jobs
from consent.imports.run import work_on
from consent.models import (
    ConsentRecord,
    ImportJob,
    ImportRun,
)
from tests.cast import Cast
from tests.consent.files import browser, go, numbers, table, upload


def columns_form(job: ImportJob, **more: object) -> dict[str, object]:
    fields = {index: field for field, index in job.mapping.items()}
    chosen = {f"column_{index}": fields.get(index, "") for index in range(len(job.header))}
    return {**chosen, "time_zone": "UTC", "date_order": "auto", **more}


def test_an_import_from_upload_to_result(
    cast: Cast, admin: Client, django_capture_on_commit_callbacks: object, quiet_broker: list[int]
) -> None:
    content = table(
        *({"number": number} for number in numbers(5)), {"number": "12"}, {"answer": "no"}
    )
    file = SimpleUploadedFile("fair.csv", content.encode())
    said = {"purpose": cast.offers.pk, "collected_by": "Kim", "collection_method": "Page"}
    address = reverse("admin:consent_importjob_add")
    refused = admin.post(address, {**said, "file": file})
    assert "not_bought" in refused.context["form"].errors
    assert not ImportJob.objects.exists()
    file.seek(0)
    admin.post(address, {**said, "file": file, "not_bought": "on"})
    job = ImportJob.objects.get()
    assert (job.attested_by, job.not_bought) == (cast.members[Role.ADMIN], True)

    columns = reverse("admin:consent_importjob_columns", args=[job.pk])
    page = admin.get(columns).content.decode()
    assert numbers(1)[0] in page
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert admin.post(columns, columns_form(job)).status_code == 302
    run = job.runs.get()
    assert quiet_broker == [run.pk]
    shown = reverse("admin:consent_importjob_change", args=[job.pk])
    assert "hx-get" in admin.get(shown).content.decode()
    begin = reverse("admin:consent_importjob_import", args=[job.pk])
    assert admin.post(begin).status_code == 302
    assert job.runs.count() == 1

    work_on(run.pk)
    page = admin.get(shown).content.decode()
    assert "hx-get" not in page
    assert "The number is too short." in page
    assert "5 opt-ins" in admin.get(begin).content.decode()
    assert not ConsentRecord.objects.exists()
    admin.post(begin)
    work_on(job.runs.get(kind="import").pk)
    assert ConsentRecord.objects.count() == 5
    rejects = admin.get(reverse("admin:consent_importjob_rejects", args=[job.pk]))
    text = b"".join(rejects.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("\n") == 3
    assert admin.get(columns).status_code == 302


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"column_0": ""}, "__all__"),
        ({"column_5": ""}, "__all__"),
        ({"column_1": "number"}, "column_1"),
        ({"column_1": "shoe"}, "column_1"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
)
def test_columns_that_make_no_sense_are_said(
    cast: Cast, admin: Client, change: dict[str, str], where: str
) -> None:
    job = upload(cast, table({}))
    page = admin.post(
        reverse("admin:consent_importjob_columns", args=[job.pk]), columns_form(job, **change)
    )
    assert where in page.context["form"].errors
    assert not job.runs.exists()


def test_a_file_that_cannot_be_read_is_refused_at_the_upload(cast: Cast, admin: Client) -> None:
    file = SimpleUploadedFile("list.xlsx", b"PK\x03\x04 workbook")
    said = {"purpose": cast.offers.pk, "collected_by": "Kim", "collection_method": "Page"}
    page = admin.post(
        reverse("admin:consent_importjob_add"), {**said, "file": file, "not_bought": "on"}
    )
    assert "file" in page.context["form"].errors


def test_a_running_import_can_be_cancelled_by_post_only(cast: Cast, admin: Client) -> None:
    job = upload(cast, table({}))
    run = jobs.request(job=job, kind=ImportRun.Kind.IMPORT)
    address = reverse("admin:consent_importjob_cancel", args=[job.pk])
    assert admin.get(address).status_code == 405
    assert browser(cast.members[Role.MANAGER]).post(address).status_code == 403
    assert admin.post(address).status_code == 302
    work_on(run.pk)
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_an_export_can_be_imported_again_and_adds_nothing(cast: Cast, admin: Client) -> None:
    first = go(upload(cast, table(*({"number": each, "place": "=1+1"} for each in numbers(30)))))
    answer = admin.get(reverse("admin:consent_purpose_export", args=[cast.offers.pk]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert ",'=1+1" in text
    assert "\n+1" in text
    job = upload(cast, text)
    assert job.unknown_columns == []
    again = go(job)
    assert (again.rows_read, again.known) == (30, first.accepted)
