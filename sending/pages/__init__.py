"""Pages of the admin that belong to no one model: settings, explain, exports."""
