"""What private of Odoo's we call or read, and what for.

Model or "module:Class" -> name -> (its parameters, why).
"""

ORDINARY = "known to every developer, but underlined"
ONE_SQL = "figures of a page of clients are computed by one statement and put into the cache"
MAIL = "a note in the chatter without telling its followers"
LOGGED = "subject, author_id, email_from, message_type, partner_ids, attachment_ids, tracking_value_ids"

CALLS = {
    "openpyxl.worksheet._read_only:ReadOnlyWorksheet": {
        "_get_source": ("", "which cells are merged: reading row by row does not tell"),
    },
    "odoo.addons.web.controllers.json:WebJsonController": {
        "_get_action": ("subpath", "of which model the answer is, whose right to export is asked"),
    },
    "odoo.orm.domains:Domain": {
        "_opt_level": ("attribute", "a condition of ours is as good as it gets, and must not be taken apart"),
    },
    "odoo.orm.environments:Environment": {"_": ("source, *args, **kwargs", ORDINARY)},
    "odoo.orm.fields:Field": {
        "_cache_missing_ids": ("records", ONE_SQL),
        "_description_string": ("env", "a field's label in the user's language"),
        "_insert_cache": ("records, values", ONE_SQL),
        "_modules": (
            "attribute",
            "which fields are ours: those are guarded against everybody but the server",
        ),
        "_update_cache": ("records, cache_value, dirty", ONE_SQL),
    },
    "odoo.orm.fields_properties:Properties": {
        "_get_properties_definition": ("record", "a property may name a record that the user may not see"),
    },
    "odoo.orm.fields_selection:Selection": {
        "_description_selection": ("env", "a state's label in the user's language"),
    },
    "odoo.orm.models:BaseModel": {
        "_abstract": ("attribute", ORDINARY),
        "_check_company_domain": ("companies", "the example company's journals"),
        "_check_field_access": (
            "field, operation",
            "a standing that one may not read may not be sorted by either",
        ),
        "_fields": ("attribute", ORDINARY),
        "_filtered_access": ("operation", "who may see what, without an error: the guard of named records"),
        "_ids": ("attribute", "ids also of records that aren't saved yet"),
        "_origin": ("", ORDINARY),
        "_prefetch_ids": ("attribute", "rows that are cut off are still fetched together"),
        "_read_group": ("domain, groupby, aggregates, having, offset, limit, order", ORDINARY),
        "_recompute_recordset": ("fnames", "whose activity it is, before somebody asks"),
        "_table": ("attribute", ORDINARY),
        "_transient": ("attribute", "which models are wizards, and not guarded"),
    },
    "odoo.tools.query:Query": {"_joins": ("attribute", "the standing is joined once")},
    "account.chart.template": {
        "_get_chart_template_mapping": ("get_all", "which chart of accounts is a country's"),
        "_get_generic_coa_account_account": ("", "the charts of ours are Odoo's generic one by other names"),
        "_get_generic_coa_res_company": ("", "the charts of ours are Odoo's generic one by other names"),
        "_get_generic_coa_template_data": ("", "the charts of ours are Odoo's generic one by other names"),
        "_parse_csv": ("template_code, model, module", "the generic accounts stand in a file of Odoo's"),
        "_template_register": ("", "which charts can be loaded now"),
    },
    "account.journal": {
        "_count_results_and_sum_amounts": (
            "results_dict, target_currency",
            "sums of payments as the dashboard makes them",
        ),
        "_graph_title_and_key": ("", "the title of the dashboard's graph"),
    },
    "account.move": {"_get_all_reconciled_invoice_partials": ("", "what a client's invoice was paid by")},
    "account.move.line": {
        "_reconcile_plan": ("reconciliation_plan", "payments of the example company, all at once")
    },
    "account.payment.term.line": {"_get_due_date": ("date_ref", "how many days a payment term gives")},
    "base_import.import": {"_read_csv": ("options", "a CSV file is read as Odoo's own import reads it")},
    "ir.actions.act_window": {"_for_xml_id": ("full_xml_id", ORDINARY)},
    "ir.actions.report": {
        "_get_report": ("report_ref", "which report is printed, whose right to export is asked")
    },
    "ir.cron": {
        "_commit_progress": ("processed, remaining, deactivate", "work in batches goes on where it was"),
        "_trigger": ("at", "work in batches begins at once"),
    },
    "ir.model": {
        "_get": ("name", "a model's name in the user's language"),
        "_get_id": ("name", "activities name their document's model by its id"),
    },
    "ir.model.data": {
        "_update_xmlids": ("data_list, update", "deals get the external names of their file"),
        "_xmlid_to_res_id": ("xmlid, raise_if_not_found", "the group of the heads, by the cache"),
    },
    "ir.qweb": {"_render": ("template, values, **options", "texts of notices and mails")},
    "mail.activity.plan.template": {
        "_determine_responsible": (
            "on_demand_responsible, applied_on_record",
            "who gets the activity of a stage",
        ),
        "_get_date_deadline": ("base_date", "the day of the activity of a stage"),
    },
    "mail.activity.schedule": {"_get_applied_on_records": ("", "whom one is about to call, and may not")},
    "mail.followers": {
        "_add_default_followers": (
            "res_model, res_ids, partner_ids, customer_ids, check_existing, existing_policy",
            "thousands follow as core would let one follow, in one statement",
        ),
    },
    "mail.thread": {
        "_message_log": (
            "body, " + LOGGED,
            MAIL,
        ),
        "_message_log_batch": (
            "bodies, " + LOGGED,
            MAIL,
        ),
        "_web_push_get_partners_parameters": (
            "partner_ids",
            "the browsers of a user that core may send to",
        ),
        "_web_push_truncate_payload": ("payload", "a notification has a greatest length"),
    },
    "product.template": {
        "_force_default_purchase_tax": ("companies", "products get the taxes of the country's chart"),
        "_force_default_sale_tax": ("companies", "products get the taxes of the country's chart"),
    },
    "res.currency": {
        "_convert": (
            "from_amount, to_currency, company, date, round",
            "sums in another currency count in the company's",
        ),
        "_get_conversion_rate": (
            "from_currency, to_currency, company, date",
            "sums in another currency count in the company's",
        ),
        "_get_rates": ("company, date", "sums in another currency count in the company's"),
    },
    "res.groups": {"_get_group_definitions": ("", "which groups make a head, through implied ones")},
    "res.lang": {"_get_data": ("**kwargs", "how a birthday is written")},
    "res.partner": {
        "_get_html_link": ("title", "a client's name as a link in a note"),
        "_run_vat_checks": (
            "country, vat, partner_name, validation",
            "whether a tax number is one by the rules of its country",
        ),
    },
    "res.users": {
        "_bus_send": ("notification_type, message, subchannel", "the open screens of others are told"),
        "_has_group": ("group_ext_id", "a group itself, without what access rules add to it"),
        "_is_admin": ("", "the administrator may export"),
        "_is_internal": ("", "reminders are for employees"),
        "_is_superuser": ("", "the server itself may correct messages; not who is superuser for a moment"),
    },
    "sale.order": {
        "_is_confirmation_amount_reached": (
            "",
            "whether a payment would confirm the order, which the gate stops",
        ),
    },
}
