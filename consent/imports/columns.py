"""Which column of a file is which field, from its title in English, German or Portuguese."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

# In the order of the mapping page. The first four decide whether a row counts at all.
FIELDS = {
    "number": _("Number"),
    "source": _("Source"),
    "occurred_at": _("Time of consent"),
    "answer": _("Answer"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "wording": _("Wording or its id"),
    "collector": _("Collected by"),
    "place": _("Place"),
}
REQUIRED = ("number", "source", "occurred_at", "answer")

_TITLES = {
    "number": """
        number, phone, phone number, mobile, mobile number, mobile phone, cell, cell phone,
        cellphone, telephone, telephone number, msisdn, e164, to, contact number, sms, sms number,
        nummer, telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, mobiltelefon,
        rufnummer, mobilfunknummer, tel,
        numero, telefone, celular, numero de telefone, numero do telefone, numero de celular,
        numero do celular, fone, telemovel""",
    "source": """
        source, consent source, opt in source, optin source, channel, method, consent method,
        quelle, herkunft, kanal, einwilligungsquelle, quelle der einwilligung,
        origem, fonte, canal, origem do consentimento""",
    "occurred_at": """
        time, time of consent, consent time, consent date, date of consent, opt in time,
        opt in date, optin time, optin date, opted in at, opt in at, consented at, consent at,
        timestamp, consent timestamp, date, datetime, date time, occurred at, when,
        zeit, zeitpunkt, datum, einwilligungsdatum, zeitpunkt der einwilligung,
        datum der einwilligung, einwilligung am, zeitstempel, opt in datum, opt in zeit,
        data, data e hora, data hora, horario, data do consentimento, hora do consentimento,
        momento do consentimento, consentimento em""",
    "answer": """
        answer, consent, consent answer, consented, opt in, optin, opted in, response, agreed,
        antwort, einwilligung, zustimmung, eingewilligt, zugestimmt,
        resposta, consentimento, aceite, aceitou, concordou""",
    "first_name": """
        first name, firstname, given name, forename, vorname,
        nome, primeiro nome, prenome""",
    "last_name": """
        last name, lastname, surname, family name, nachname, familienname,
        sobrenome, ultimo nome, apelido""",
    "wording": """
        wording, wording id, wording code, text, consent text, consent wording, disclosure,
        disclosure text, question, script, language shown,
        wortlaut, wortlaut id, einwilligungstext, text der einwilligung, frage,
        texto, texto do consentimento, redacao, id do texto, pergunta""",
    "collector": """
        collector, collected by, agent, recruiter, staff, employee,
        erfasst von, erhoben von, mitarbeiter, erfasser, gesammelt von,
        coletor, coletado por, responsavel, atendente, recolhido por""",
    "place": """
        place, location, where, url, page, site, store, event, venue,
        ort, standort, filiale, seite, veranstaltung,
        local, lugar, loja, pagina, evento""",
}


def _plain(title: str) -> str:
    """A title without accents, case and marks: "Número de telefone*" -> "numerodetelefone"."""
    # German writes a sharp s and umlauts in two ways; none of the titles has one that matters.
    decomposed = unicodedata.normalize("NFKD", title.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return re.sub(r"[\W_]+", "", letters)


_FIELD_OF = {
    _plain(title): field for field, titles in _TITLES.items() for title in titles.split(",")
}


def guess(header: list[str]) -> dict[str, int]:
    """The column of each field that a title names, counted from 0; of two equals the first."""
    found: dict[str, int] = {}
    for index, title in enumerate(header):
        field = _FIELD_OF.get(_plain(title))
        if field is not None and field not in found:
            found[field] = index
    return found
