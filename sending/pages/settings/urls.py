"""Addresses of Settings > SMS, below /admin/settings/sms/."""

from __future__ import annotations

from django.urls import path, register_converter

from sending.pages.settings import carrier, history, senders, smart_sending, state_law


class OnOff:
    """``on`` or ``off``."""

    regex = "on|off"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(OnOff, "on_off")

app_name = "sms_settings"
urlpatterns = [
    path("", senders.sender_preferences, name="preferences"),
    path("senders/add/", senders.add_sender, name="sender_add"),
    path("senders/<int:sender_id>/", senders.edit_sender, name="sender_edit"),
    path("senders/<int:sender_id>/release/", senders.release_sender, name="sender_release"),
    path("smart-sending/", smart_sending.smart_sending, name="smart_sending"),
    path("state-law/", state_law.state_law, name="state_law"),
    path("state-law/<on_off:to>/", state_law.switch_all, name="state_law_switch"),
    path("state-law/<int:law_id>/<on_off:to>/", state_law.choose_law, name="law_choice"),
    path("carrier/", carrier.carrier, name="carrier"),
    path("carrier/add/", carrier.add_carrier, name="carrier_add"),
    path("carrier/<int:account_id>/", carrier.edit_carrier, name="carrier_edit"),
    path("carrier/<int:account_id>/test/", carrier.test_carrier, name="carrier_test"),
    path("history/", history.history, name="history"),
]
