"""A file of opt-ins in a browser: uploaded, checked, confirmed and watched; and who may not."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from accounts.roles import Role
from consent.imports import jobs
from consent.imports import run as run_module
from consent.imports.run import work_on
from consent.models import ConsentRecord, ConsentState, Contact, ImportJob, ImportRun
from consent.tasks import sweep_imports
from tests.cast import Cast
from tests.consent.files import check, table, upload

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.browser
LIST = "/admin/consent/importjob/"
FILE = Path(__file__).parents[2] / "config/demo/files/juniper-filialen.csv"
ROWS = 400


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test go to a directory of its own; nobody but its own worker takes runs up."""
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(jobs, "wake", lambda *_told: None)


@contextmanager
def worker(*, chunk: int = 0) -> Iterator[None]:
    """What a worker does, in a thread with connections of its own; ``chunk`` rows at a time."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.2):
            if not chunk:
                sweep_imports()
            for run_id in ImportRun.objects.filter(status="waiting").values_list("pk", flat=True):
                work_on(run_id, chunk=chunk)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(20)


def tally(page: Page) -> dict[str, str]:
    """The counts on the page of an import, by the word above each."""
    found = page.locator("#live .tg-tally > div")
    found.first.wait_for()
    pairs = [found.nth(index) for index in range(found.count())]
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs}


def test_an_admin_imports_a_german_file_from_upload_to_contacts(
    cast: Cast,
    page: Page,
    log_in: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    log_in(cast.members[Role.ADMIN])
    page.goto(LIST)
    page.locator("#content").get_by_role("link", name="Import opt-ins").first.click()

    page.locator("input[type=file]").set_input_files(FILE)
    page.get_by_label("Purpose").select_option(label="Offers")
    page.get_by_label("Who collected the consent").fill("Juniper Filialen")
    page.get_by_label("How it was collected").fill("Karte an der Kasse")
    page.locator("#content button[type=submit]").click()
    assert page.locator("#content").get_by_text("This field is required.").count() == 1
    assert not ImportJob.objects.exists()
    page.locator("input[type=file]").set_input_files(FILE)
    page.get_by_label("I state that this consent was not bought").check()
    page.locator("#content button[type=submit]").click()

    page.wait_for_url("**/columns/")
    chosen = {
        title: page.get_by_label(title, exact=True).input_value()
        for title in ("Handynummer", "Quelle", "Datum der Einwilligung", "Einwilligung", "Filiale")
    }
    assert list(chosen.values()) == ["number", "source", "occurred_at", "answer", "place"]
    assert "Köhler" in page.locator("#content").inner_text()
    assert "The file is Windows-1252" in page.locator("#content").inner_text()
    page.get_by_label("Vorname", exact=True).select_option("number")
    page.get_by_role("button", name="Start the dry run").click()
    page.get_by_text("Another column is this field already.").wait_for()
    page.get_by_label("Vorname", exact=True).select_option("first_name")
    page.get_by_label("Time zone of times that name none").select_option("America/New_York")
    page.get_by_role("button", name="Start the dry run").click()

    live = page.locator("#live")
    live.get_by_text("Begins as soon as a worker is free.").wait_for()
    with worker():
        live.get_by_text("Nothing has been changed.").wait_for(timeout=15_000)
    run = ImportRun.objects.get()
    counts = tally(page)
    assert int(counts["Rows read"]) == run.rows_read == ROWS
    assert [int(counts[name]) for name in ("Accepted", "Already known", "Rejected")] == [
        *(run.accepted, run.known, run.rejected)
    ]
    assert 0 < run.rejected < ROWS
    assert "The answer is not yes. Leave the person out." in live.inner_text()
    assert not Contact.objects.exists()
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejects to correct (CSV)").click()
    saved = tmp_path / "rejects.csv"
    download.value.save_as(saved)
    rejects = list(
        csv.DictReader(io.StringIO(saved.read_text(encoding="utf-8-sig")), delimiter=";")
    )
    assert len(rejects) == run.rejected
    assert all(row["tollgate reason"] and row["tollgate advice"] for row in rejects)

    page.get_by_role("link", name="Import …").click()
    page.get_by_text(f"{run.accepted} opt-ins to Offers go on record.").wait_for()
    assert "Karte an der Kasse" in page.locator("#content").inner_text()
    _slowed(monkeypatch)
    page.get_by_role("button", name=f"Import {run.accepted} rows").click()
    with worker(chunk=40):
        bar = page.get_by_role("progressbar")
        bar.wait_for()
        page.wait_for_function(
            "Number(document.querySelector('[role=progressbar]')?.ariaValueNow) > 0"
        )
        assert f"of {ROWS}" in tally(page)["Rows read"]
        bar.wait_for(state="detached", timeout=20_000)
    assert int(tally(page)["Accepted"]) == run.accepted == ConsentRecord.objects.count()
    assert live.get_by_role("link", name="Import …").count() == 0

    page.goto("/admin/consent/contact/")
    person = Contact.objects.filter(last_name="Köhler").first()
    assert person is not None
    page.get_by_placeholder("A number in any spelling").fill(person.number)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=person.number).click()
    text = page.locator("#content").inner_text()
    assert "Köhler" in text
    assert f"{FILE.name}, row" in text
    assert ConsentState.objects.count() == Contact.objects.count()


def _slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a big file takes its time: a moment between the parts."""
    apply = run_module._apply

    def slowly(*args: object) -> bool:
        time.sleep(0.3)
        return apply(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(run_module, "_apply", slowly)


def test_an_analyst_looks_on_at_an_import(
    cast: Cast, page: Page, log_in: Callable[..., None]
) -> None:
    job = upload(cast, table({}, {"number": "12"}))
    check(job)
    log_in(cast.members[Role.ANALYST])
    page.goto(LIST)
    assert page.get_by_role("link", name="Import opt-ins").count() == 0
    page.get_by_role("link", name="optins.csv").click()
    assert tally(page)["Rejected"] == "1"
    assert "The number is too short." in page.locator("#live").inner_text()
    for name in ("Import …", "Change the columns", "Rejects to correct (CSV)", "Download"):
        assert page.get_by_role("link", name=name).count() == 0, name
    assert page.locator("#content").get_by_role("button").count() == 0

    closed = ["add/", *(f"{job.pk}/{page}/" for page in ("columns", "import", "rejects"))]
    closed += [f"{job.pk}/{page}/" for page in ("verdicts", "file")]
    for path in closed:
        response = page.goto(LIST + path)
        assert response is not None
        assert response.status == 403, path
    assert "Owner" in page.locator("body").inner_text()
    token = next(each for each in page.context.cookies() if each["name"] == "csrftoken")
    for path in ("add/", *(f"{job.pk}/{page}/" for page in ("columns", "import", "cancel"))):
        answer = page.request.post(
            LIST + path, form={"csrfmiddlewaretoken": token["value"], "time_zone": "UTC"}
        )
        assert (answer.status, "CSRF" in answer.text()) == (403, False), path
    assert ImportJob.objects.count() == ImportRun.objects.count() == 1
    assert not ConsentRecord.objects.exists()
