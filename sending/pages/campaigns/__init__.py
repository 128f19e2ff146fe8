"""The pages of campaigns: compose, check, send, watch; `sending.admin.campaigns` has the routes."""
