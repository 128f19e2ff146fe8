"""Addresses that carriers call; their signature is their only key."""

from __future__ import annotations

from django.urls import path

from sending.webhooks import carrier_status

urlpatterns = [
    path("carrier/status/<int:account>/<int:message>/", carrier_status, name="carrier-status"),
]
