"""Addresses that carriers call; their signature is their only key."""

from __future__ import annotations

from django.urls import path

from forwarding.webhooks import carrier_call, carrier_call_status

urlpatterns = [
    path("carrier/call/<int:account>/", carrier_call, name="carrier-call"),
    path("carrier/call/<int:account>/status/", carrier_call_status, name="carrier-call-status"),
]
