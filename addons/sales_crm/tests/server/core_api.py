"""What of Odoo's we override, and what would be lost if it got another name there.

For each model: name -> (its parameters at Odoo's, why). See ``core_names.py``.
"""

from .core_names import ANY_MODEL

JOURNAL = "the dashboard would count and sum up documents of clients that the user may not see"
MERGE_DEALS = "two deals become one in SQL, beside every write"
PEOPLE = "whoever may not see the client would be told of him, or drawn into a talk about him"
AUTHOR = "a message could be put into another person's mouth"
HANDOVER = "a hand-over of thousands of clients would do it record by record"

NOTIFY = (
    "body, subject, author_id, email_from, model, res_id, subtype_xmlid, subtype_id, partner_ids, "
    "attachments, attachment_ids, **kwargs"
)
POST = (
    "body, subject, message_type, email_from, author_id, parent_id, subtype_xmlid, subtype_id, partner_ids, "
    "outgoing_email_to, incoming_email_to, incoming_email_cc, attachments, attachment_ids, "
    "body_is_html, **kwargs"
)

OVERRIDES = {
    ANY_MODEL: {
        "_auto_init": ("", "indexes, columns and values that an installation begins with are made by it"),
        "_check_company_auto": ("attribute", "records of another company could be named"),
        "_compute_display_name": ("", "the name that is shown for a record of ours"),
        "_depends": ("attribute", "a report would be read before what it counts is in the database"),
        "_mail_post_access": ("attribute", "whoever may read a promise could no longer leave a note on it"),
        "_rec_names_search": ("attribute", "records of ours are found by their client's name"),
        "_table_query": ("attribute", "the report has no other contents than its SQL"),
        "_get_objs_for_report": ("docids, data", "an Excel report would be of other records than the list"),
        "generate_xlsx_report": ("workbook, data, objs", "an Excel report would be empty"),
        "init": ("", "indexes that can't be declared, as those for a search in the middle of a name"),
        "get_workbook_options": ("", "a client's name could become a formula or a link in Excel"),
    },
    "account.move": {
        "_compute_payment_count": ("", "a manager could not open the invoice of his client"),
    },
    "account.bank.statement.line": {
        "_compute_running_balance": ("", "the balance tells the sum of the payments of others' clients"),
        "statement_balance_end_real": (
            "field",
            "the balance tells the sum of the payments of others' clients",
        ),
    },
    "account.journal": {
        "_compute_last_bank_statement": ("", JOURNAL),
        "_fill_bank_cash_dashboard_data": ("dashboard_data", JOURNAL),
        "_get_bank_cash_graph_data": ("", JOURNAL),
        "_get_direct_bank_payments": ("", JOURNAL),
        "_get_draft_sales_purchases_query": ("", JOURNAL),
        "_get_journal_dashboard_bank_running_balance": ("", JOURNAL),
        "_get_journal_dashboard_outstanding_payments": ("", JOURNAL),
        "_get_open_sale_purchase_query": ("journal_type", JOURNAL),
        "_get_sale_purchase_graph_data": ("", JOURNAL),
        "_get_to_check_payment_query": ("", JOURNAL),
    },
    "base": {
        "_web_read_group_groupby_formatter": (
            "groupby_spec, values",
            "a week would be told as “W45 2026” in any language",
        ),
        "_phone_format_number": (
            "number, country, force_format, raise_exception",
            "a phone with a digit lost would become another number",
        ),
        "_phone_get_country": ("", "a phone would not be read by the country of its record's company"),
        "_get_view_cache_key": (
            "view_id, view_type, **options",
            "buttons of paid services would not come back",
        ),
        "_get_view_postprocessed": ("view, arch, **options", "buttons of unpaid services would be shown"),
        "_add_missing_default_values": ("values", "a default could name a record that the user may not see"),
        "export_data": (
            "fields_to_export",
            "lists would be exported without the right to, and without a trace",
        ),
        "get_external_id": (
            "",
            "the external id of a record that one may not see often is its client's name",
        ),
        "onchange": (
            "values, field_names, fields_spec",
            "a form could be asked about a record that the user may not see",
        ),
    },
    "base.partner.merge.automatic.wizard": {
        "action_merge": ("", "after a merge the head would be led away from the list of duplicates"),
        "_merge": (
            "partner_ids, dst_partner, extra_checks",
            "cards of others' clients could be merged, and what hangs on them be lost",
        ),
        "_update_reference_fields": (
            "src_partners, dst_partner",
            "followers, contracts and logs of the merged card would be lost",
        ),
        "_update_values": (
            "src_partners, dst_partner",
            "the merged card would lose its manager, who loses the client, or its class",
        ),
    },
    "calendar.attendee": {"_unsubscribe_partner": ("", HANDOVER)},
    "calendar.event": {
        "_get_activity_deadline_from_start": (
            "start, allday",
            "a meeting planned for somebody in another time zone would be in the wrong day's plan",
        ),
        "_sync_activities": ("fields", "a hand-over would give away closed activities, too"),
    },
    "crm.lead": {
        "_compute_potential_lead_duplicates": ("", "deals of others' clients would be counted and named"),
        "_compute_team_id": ("", HANDOVER),
        "_compute_won_status": ("", "an archived deal would stand in the funnel as open"),
        "_merge_dependences": ("opportunities", MERGE_DEALS + ": the moves of the others would have no end"),
        "_merge_dependences_attachments": ("opportunities", MERGE_DEALS + ": their files would stay behind"),
        "_merge_opportunity": (
            "user_id, team_id, auto_unlink, max_length",
            MERGE_DEALS + ": also those of clients whom one may not change",
        ),
        "_message_post_after_hook": ("message, msg_values", "a deal would be stuck in spite of a talk"),
        "_pls_get_naive_bayes_probabilities": (
            "batch_mode, is_tooltip",
            "a manager could not save a deal: the figures aren't his",
        ),
        "_pls_prepare_update_frequency_table": (
            "rebuild, target_state",
            "a manager could not close a deal: the figures aren't his",
        ),
        "_prepare_customer_values": (
            "partner_name, is_company, parent_id",
            "whom a deal makes would be no client",
        ),
        "_write_multi": ("vals_list", "a stage would change without a move in the funnel's history"),
        "action_archive": ("", "a deal could be lost without a reason"),
        "action_set_lost": (
            "**additional_values",
            "losing a deal would be refused, its reason coming too late",
        ),
        "message_new": (
            "msg_dict, custom_values",
            "a deal by mail would count as one that the manager found himself",
        ),
    },
    "discuss.channel": {
        "_create_group": ("partners_to, default_display_mode, name", PEOPLE),
        "_get_or_create_chat": ("partners_to, pin", PEOPLE),
        "add_members": ("partner_ids, guest_ids, invite_to_rtc_call, post_joined_message", PEOPLE),
    },
    "ir.actions.act_window": {
        "_get_action_dict": ("", "a head's lists would begin with his own records, and be empty"),
    },
    "ir.cron": {
        "_load_records": (
            "data_list, update",
            "a cron of a service that nobody pays for would begin to ask it",
        ),
    },
    "ir.actions.report": {
        "_render_qweb_html": ("report_ref, docids, data", "the brief would be in the website's language"),
        "_render_qweb_pdf_prepare_streams": (
            "report_ref, data, res_ids",
            "a server without wkhtmltopdf would not say what to do",
        ),
    },
    "ir.attachment": {"_delete_and_notify": ("message", "files of the client's history could be deleted")},
    "ir.actions.actions": {"get_bindings": ("model_name", "buttons of unpaid services would be shown")},
    "ir.http": {"session_info": ("", "nobody would be reminded in the browser")},
    "ir.module.module": {
        "_compute_account_templates": ("", "a new company in Russia would get an American chart of accounts"),
        "_load_module_terms": ("modules, langs, overwrite", "Odoo's own words would be read in Russian"),
    },
    "res.config.settings": {
        "set_values": ("", "menus of paid services would come only after a restart"),
    },
    "ir.ui.menu": {"_load_menus_blacklist": ("", "menus of unpaid services would be shown")},
    "ir.rule": {
        "_compute_domain": (
            "model_name, mode",
            "this is where access rules are asked: everybody would see everything",
        ),
        "_compute_domain_context_values": (
            "",
            "a dated rule would go on, or not begin, by the cached domain",
        ),
        "_make_access_error": ("operation, records", "a refusal would name the record that one may not see"),
    },
    "mail.activity": {
        "fields_get": ("allfields, attributes", "what only the server asks would be offered to filter by"),
        "_action_done": (
            "feedback, attachment_ids",
            "the last activity of a client could be closed without a next step",
        ),
        "_check_access": ("operation", "activities would be seen by their document, not by their client"),
        "_gc_delete_old_overdue_activities": ("", "the nightly cleaning would not pass by what is kept"),
        "_onchange_activity_type_id": ("", "the day and the manager chosen before would be overwritten"),
        "_prepare_next_activity_values": ("", "the next activity would begin with the record of this one"),
        "_search": (
            "domain, offset, limit, order, active_test, bypass_access",
            "activities would be found by their document, not by their client",
        ),
        "action_cancel": ("", "Cancel would be refused instead of asking for the reason"),
        "action_unarchive": ("", "closed work could be opened without the trace of an undo"),
        "active": ("field", "a copy of closed work would be closed work that nobody did"),
        "calendar_event_id": ("field", "closed work would be deleted with its meeting"),
        "user_id": ("field", "closed work would be deleted with its user"),
    },
    "mail.activity.mixin": {
        "activity_schedule": (
            "act_type_xmlid, date_deadline, summary, note, **act_values",
            "what a cron plans for somebody in another time zone would be in the wrong day's plan",
        ),
    },
    "mail.activity.schedule": {
        "action_schedule_activities_done": ("", "a refusal would lead to an activity that isn't there"),
    },
    "mail.compose.message": {
        "_action_send_mail_mass_mail": (
            "res_ids, auto_commit",
            "a mail to many would be refused, as nobody but the server says whom it has reached",
        ),
        "_prepare_mail_values": ("res_ids", AUTHOR),
    },
    "mail.message": {
        "_message_notifications_to_store": (
            "store",
            "an author would be told of a client whom he no longer sees",
        ),
        "_search": (
            "domain, offset, limit, order, active_test, bypass_access",
            "the chatter of one document would ask for those of all models",
        ),
    },
    "mail.thread": {
        "_check_can_update_message_content": (
            "messages",
            "messages of the client's history could be rewritten",
        ),
        "_compute_field_value": ("field", "the total of an order could change without a trace"),
        "_message_track": (
            "fields_iter, initial_values_dict",
            "a change could not be saved, as nobody but the server says what has changed",
        ),
        "_message_auto_subscribe_notify": (
            "partner_ids, template",
            "whoever gives a client away could not tell the other",
        ),
        "_notify_get_recipients": ("message, msg_vals, **kwargs", PEOPLE),
        "message_notify": (
            NOTIFY,
            PEOPLE,
        ),
        "message_post": (
            POST,
            PEOPLE + "; and " + AUTHOR,
        ),
        "message_process": (
            "model, message, custom_values, save_original, strip_attachments, thread_id",
            "anybody could make up incoming mail",
        ),
        "message_subscribe": ("partner_ids, subtype_ids", PEOPLE),
    },
    "payment.transaction": {
        "_check_amount_and_confirm_order": ("", "a payment in part would confirm what the credit gate stops"),
    },
    "report.report_xlsx.abstract": {
        "create_xlsx_report": (
            "docids, data",
            "Excel files would be taken out without the right to, and without a trace",
        ),
    },
    "report.sales_crm.sales_funnel_xlsx": {
        "create_xlsx_report": (
            "docids, data",
            "sums of all clients would be taken out by whoever may export his own only",
        ),
    },
    "report.sales_crm.sales_performance_xlsx": {
        "create_xlsx_report": (
            "docids, data",
            "sums of all clients would be taken out by whoever may export his own only",
        ),
    },
    "report.sales_crm.sales_receivable_kpi_xlsx": {
        "create_xlsx_report": (
            "docids, data",
            "debt indicators, which hang on no client, would be taken out without the right to",
        ),
    },
    "res.partner": {
        "_commercial_fields": ("", "contacts would not have the requisites of their firm"),
        "_compute_display_name": ("", "a contact would name the client whom the user may not see"),
        "_compute_meeting": ("", "the card would look through the meetings of all documents"),
        "_compute_same_vat_partner_id": ("", "others' clients with the number would be named"),
        "_field_to_sql": (
            "alias, field_expr, query",
            "clients could not be filtered or sorted by their standing",
        ),
        "_get_company_registry_labels": ("", "the OGRN would be called Company ID"),
        "_get_needaction_count": ("", "messages about hidden clients would be counted"),
        "_read_format": ("fnames, load", "a contact would tell the client whom the user may not see"),
        "_onchange_phone_validation": ("", "a phone that isn't valid would be kept without a warning"),
        "_phone_get_country": ("", "a contact's phone would not be read by the country of his client"),
        "_search": (
            "domain, offset, limit, order, active_test, bypass_access",
            "cards that are named would cost as much as a search through all",
        ),
        "_search_display_name": ("operator, value", "a client would not be found by phone or mail"),
        "_web_read_group_groupby_formatter": (
            "groupby_spec, values",
            "groups by company would name hidden clients",
        ),
        "check_vat_ru": ("vat", "valid numbers of sole traders would be refused"),
        "load": ("fields, data", "a class loaded from a file would count as set by hand"),
        "parent_name": ("field", "a contact would tell the client whom the user may not see"),
        "signup_get_auth_param": ("", "one could enter as the contact of a hidden client"),
        "user_id": ("field", "whose client it is would change without a trace"),
        "web_read": ("specification", "a contact would tell the client whom the user may not see"),
    },
    "res.partner.bank": {
        "_compute_duplicate_bank_partner_ids": ("", "others' clients with the account would be named"),
    },
    "res.users": {
        "_on_webclient_bootstrap": ("", "a robot would chat with whoever begins to work in sales"),
        "_get_activity_groups": ("", "the clock in the bar would count documents, and fall below nothing"),
        "SELF_READABLE_FIELDS": ("", "a manager could not see his own reminders' settings"),
        "SELF_WRITEABLE_FIELDS": ("", "a manager could not change his own reminders' settings"),
        "action_archive": ("", "a user could leave, and his activities be deleted, without a hand-over"),
        "has_group": ("group_ext_id", "an access rule that grants the export would not"),
    },
    "sale.order": {
        "_action_cancel": (
            "",
            "who may not cancel its draft invoice would read of access rights, not what to do",
        ),
        "_compute_partner_credit_warning": ("", "Odoo's banner would contradict ours"),
        "_prepare_invoice": ("", "the invoice would lose the contract, and so its payment term"),
        "_validate_order": ("", "a client's signature would confirm what the credit gate stops"),
    },
    "sale.order.line": {
        "_compute_qty_delivered": ("", "a report of an earlier day would change what is owed now"),
        "_compute_qty_invoiced": ("", "a report of an earlier day would change what is owed now"),
    },
    "sales.activity.report": {
        "_read_group_orderby": ("order, groupby_terms, query", "sorted by name the report is slow"),
        "_read_group_select": ("aggregate_spec, query", "shares would be averages of rows"),
    },
    "sales.client.history": {
        "_search": (
            "domain, offset, limit, order, active_test, bypass_access",
            "a row by its id would be looked for in all histories",
        ),
        "exists": ("", "the view has no table in which the ORM could look"),
    },
    "sales.handover.count": {
        "new": (
            "values, origin, ref",
            "no override: our field took its name; nobody makes such rows in a form",
        )
    },
    "sales.receivable.kpi": {
        "_read_group_select": ("aggregate_spec, query", "indicators would be averages of rows")
    },
    "utm.campaign": {
        "_compute_quotation_count": ("", "a campaign would count orders of others' clients"),
        "_compute_sale_invoiced_amount": ("", "a campaign would sum up invoices of others' clients"),
    },
}
