"""Controllers and other classes of Odoo's that we override, and what would be lost if they changed.

"module:Class" -> name -> (its parameters at Odoo's, why, the addresses at which Odoo answers).
"""

EXPORT = "taken out without the right to, and without a trace"
GRANTED = "the condition on clients of all record rules is made of it"

CLASS_OVERRIDES = {
    "odoo.addons.account.controllers.download_docs:AccountDocumentDownloadController": {
        "download_invoice_attachments": (
            "attachments",
            EXPORT,
            "/account/download_invoice_attachments/<models('ir.attachment'):attachments>",
        ),
        "download_invoice_documents_filetype": (
            "invoices, filetype, allow_fallback",
            EXPORT,
            "/account/download_invoice_documents/<models('account.move'):invoices>/<string:filetype>",
        ),
        "download_move_attachments": (
            "moves",
            EXPORT,
            "/account/download_move_attachments/<models('account.move'):moves>",
        ),
    },
    "odoo.addons.mail.controllers.attachment:AttachmentController": {
        "mail_attachment_get_zip": ("file_ids, zip_name, **kw", EXPORT, "/mail/attachment/zip")
    },
    "odoo.addons.mail.controllers.thread:ThreadController": {
        "_prepare_message_data": ("post_data, thread, **kwargs", "the browser could say that a mail came in"),
    },
    "odoo.addons.web.controllers.export:CSVExport": {
        "web_export_csv": ("data", "the filter would not be in the log", "/web/export/csv")
    },
    "odoo.addons.web.controllers.export:ExcelExport": {
        "web_export_xlsx": ("data", "the filter would not be in the log", "/web/export/xlsx"),
    },
    "odoo.addons.web.controllers.export:ExportFormat": {
        "base": ("data", "the filter would not be in the log")
    },
    "odoo.addons.web.controllers.json:WebJsonController": {
        "web_json_1": ("subpath, **kwargs", EXPORT, "/json/1/<path:subpath>")
    },
    "odoo.addons.web.controllers.pivot:TableExporter": {
        "export_xlsx": ("data, **kw", EXPORT, "/web/pivot/export_xlsx")
    },
    "odoo.addons.web.controllers.report:ReportController": {
        "report_routes": (
            "reportname, docids, converter, **data",
            EXPORT,
            "/report/<converter>/<reportname>",
            "/report/<converter>/<reportname>/<docids>",
        )
    },
    "odoo.addons.web.controllers.vcard:Partner": {
        "download_vcard": (
            "partner_ids, partner, **kwargs",
            EXPORT,
            "/web_enterprise/partner/<model('res.partner'):partner>/vcard",
            "/web/partner/vcard",
        )
    },
    "odoo.orm.domains:Domain": {
        "_as_predicate": ("records", GRANTED),
        "_to_sql": ("model, alias, query", GRANTED),
    },
}
