"""See ``sales_crm/tests/server/core_names.py``."""

OVERRIDES = {
    "spreadsheet.dashboard": {
        "_get_serialized_readonly_dashboard": ("", "a chosen filter would be called in English"),
    },
}

CALLS = {
    "spreadsheet.dashboard": {
        "_get_dashboard_translation_namespace": ("", "other dashboards' filters would get our words"),
    },
}
