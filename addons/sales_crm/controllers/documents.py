from functools import partial

from odoo import http
from odoo.http import request

from odoo.addons.account.controllers.download_docs import AccountDocumentDownloadController
from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.web.controllers.vcard import Partner


def take_out(kind, recordsets, check, download):
    """Ask for the right to take records out, make the file, and write it down.

    One record, or records that hang on no client, are no export.

    :param str kind: as in the log
    :param recordsets: list of recordsets, what the file is about
    :param str check: name of the method on the records that asks
    :param download: function without arguments that makes the response
    :return: the response
    :raise AccessError: some of the records aren't the current user's to export
    """
    exported = [records for records in recordsets if len(records) > 1 and records._sales_is_dossier()]
    for records in exported:
        getattr(records, check)()
    response = download()
    if getattr(response, "status_code", None) == 200:
        for records in exported:
            request.env["sales.export.log"]._record(
                kind, records, len(records), domain=[("id", "in", records.ids)]
            )
    return response


class ContactCards(Partner):
    @http.route()
    def download_vcard(self, partner_ids=None, partner=None, **kwargs):
        download = partial(super().download_vcard, partner_ids=partner_ids, partner=partner, **kwargs)
        ids = {int(id_) for id_ in (partner_ids or "").split(",") if id_.isdigit()}
        return take_out("vcard", [request.env["res.partner"].browse(ids)], "_sales_check_export", download)


class InvoiceFiles(AccountDocumentDownloadController):
    @http.route()
    def download_invoice_attachments(self, attachments):
        download = partial(super().download_invoice_attachments, attachments)
        moves = request.env["account.move"].browse(set(attachments.mapped("res_id")))
        return take_out("documents", [moves], "_sales_check_export_of_clients", download)

    @http.route()
    def download_invoice_documents_filetype(self, invoices, filetype, allow_fallback=True):
        download = partial(super().download_invoice_documents_filetype, invoices, filetype, allow_fallback)
        return take_out("documents", [invoices], "_sales_check_export_of_clients", download)

    @http.route()
    def download_move_attachments(self, moves):
        download = partial(super().download_move_attachments, moves)
        return take_out("documents", [moves], "_sales_check_export_of_clients", download)


class AttachmentFiles(AttachmentController):
    @http.route()
    def mail_attachment_get_zip(self, file_ids, zip_name, **kw):
        download = partial(super().mail_attachment_get_zip, file_ids, zip_name, **kw)
        attachments = request.env["ir.attachment"].browse(map(int, file_ids.split(","))).exists()
        # sudo: which documents the files belong to; core asks whether he may read them
        by_model = attachments.sudo().grouped("res_model").items()
        documents = [
            request.env[name].browse(set(files.mapped("res_id")) - {0})
            for name, files in by_model
            if name and name in request.env
        ]
        return take_out("documents", documents, "_sales_check_export_of_clients", download)
