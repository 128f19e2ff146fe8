"""Addresses of the section, below /admin/settings/sms/call-forwarding/."""

from __future__ import annotations

from django.urls import path

from forwarding.pages import carrier, views

app_name = "call_forwarding"
urlpatterns = [
    path("<int:sender_id>/", views.edit, name="edit"),
    path("<int:sender_id>/delete/", views.delete, name="delete"),
    path("<int:sender_id>/carrier/", carrier.carrier, name="carrier"),
]
