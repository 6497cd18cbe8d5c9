from datetime import datetime, timedelta, timezone

from odoo import api, models
from odoo.exceptions import AccessError

# That a mail came in or went out only the server knows
MAILS = ("email", "email_outgoing")

# While core writes down what has changed
TRACKING = "sales_crm.tracking_flow"

CLOCKS_APART = timedelta(minutes=1)


class MailMessage(models.Model):
    """The client history is made of messages, so what was written in clients' documents stays as it was.

    Everybody corrects or deletes his own notes of today, as in any chat; nobody else's, and no older ones.
    Only system administrators maintain them, for instance to remove personal data, and the server its own.

    Whoever writes in a client's document is the author, writes now, and no mails that never were.
    """

    _inherit = "mail.message"

    @api.model
    def _sales_history_fields(self):
        """:return: fields that tell who wrote what, when and where"""
        return (
            self._sales_note_fields()
            | {
                "author_guest_id",
                "author_id",
                "child_ids",
                "create_date",
                "create_uid",
                "date",
                "email_from",
                "incoming_email_cc",
                "incoming_email_to",
                "is_internal",
                "mail_activity_type_id",
                "message_type",
                "model",
                "outgoing_email_to",
                "parent_id",
                "partner_ids",
                "res_id",
                "subtype_id",
            }
            | self._sales_told_fields()
        )

    @api.model
    def _sales_told_fields(self):
        """:return: fields of what only the server knows: what has changed, whom a message has reached"""
        return {"notification_ids", "notified_partner_ids", "tracking_value_ids"}

    @api.model
    def _sales_note_fields(self):
        """:return: fields that the author of a note corrects on the same day"""
        return {"attachment_ids", "body", "subject"}

    def write(self, vals):
        told = self._sales_history_fields() & vals.keys()
        if told and not self.env.su:
            self._sales_refuse_kept(corrected=told <= self._sales_note_fields())
        return super().write(vals)

    def unlink(self):
        if not self.env.su:
            self._sales_refuse_kept()
        return super().unlink()

    def _sales_refuse_kept(self, corrected=True):
        """:param bool corrected: only what the author of a note may correct is changed, or it is deleted
        :raise AccessError: one of these stays as it was written
        """
        if self._sales_kept(corrected):
            raise AccessError(
                self.env._(
                    "What was written in clients' documents is their history and stays as it is. You may "
                    "change or delete your own notes of today; otherwise write a new note."
                )
            )

    def _sales_kept(self, corrected=True):
        """Asked about the current user, also where core has become superuser in his name.

        :return: those of these that he may not change
        """
        if self.env.user._is_superuser() or self.env.user.has_group("base.group_system"):
            return self.browse()
        # sudo: what belongs to the history does not depend on who changes it
        messages_sudo = self.sudo()
        kept = messages_sudo.filtered(
            lambda message: (
                message.res_id
                and message.message_type != "user_notification"
                and message.model in self.env
                and self.env[message.model]._sales_is_guarded_document()
                and not (corrected and message._sales_is_own_note_of_today())
            )
        )
        return kept.sudo(self.env.su)

    def _sales_is_own_note_of_today(self):
        """:return: whether the current user has written this himself, today where his company is"""
        self.ensure_one()
        if (
            self.author_id != self.env.user.partner_id
            or self.message_type != "comment"
            or self.mail_activity_type_id
            or self.tracking_value_ids
        ):
            return False
        company = self.env.user.company_id
        # The moment of the server's clock: the date of a message can be given when it is posted
        return company._sales_local(self.create_date).date() == company._sales_today()

    def _keep_without_document(self, document, client):
        """``document`` is about to be deleted: what was written there goes to the card of its client, with
        the files.
        """
        attachments = self.attachment_ids.filtered(
            lambda a: (a.res_model, a.res_id) == (document._name, document.id)
        )
        attachments.write({"res_model": client._name, "res_id": client.id})
        name = document.display_name
        for subject, messages in self.grouped("subject").items():
            messages.write(
                {
                    "model": client._name,
                    "res_id": client.id,
                    "subject": f"{name}: {subject}" if subject else name,
                }
            )

    @api.model_create_multi
    def create(self, vals_list):
        # Here, not where the fields of all models are asked: core puts trackings aside and writes them with
        # all rights, those of other messages as well
        if not self._sales_in_flow(TRACKING):
            for vals in vals_list:
                self.browse()._sales_check_server_fields(vals, self._sales_told_fields())
        messages = super().create(vals_list)
        if not self.env.su:
            messages._sales_check_told_truly()
        return messages

    def _sales_check_told_truly(self):
        """:raise AccessError: one of these says of a client's document what isn't so"""
        began, now = self.env.cr.now(), datetime.now(timezone.utc).replace(tzinfo=None)
        own = self.env.user.partner_id
        # sudo: it is compared only, with what was written just now
        for message in self._sales_kept(corrected=False).sudo():
            if message.mail_activity_type_id:
                # It counts as work that was done
                label = self._fields["mail_activity_type_id"]._description_string(self.env)
                raise AccessError(self._sales_refusal_of_server_fields(label))
            foreign = message.author_id != own or message.author_guest_id
            foreign = foreign or not self.env.user._sales_is_sender(message.email_from)
            in_time = began - CLOCKS_APART <= message.date <= now + CLOCKS_APART
            if foreign or not in_time or message.message_type in MAILS:
                raise AccessError(
                    self.env._(
                        "In a client's document everybody writes in his own name, and as of now: his history "
                        "is made of it. Leave a note, and say in it who said what and when."
                    )
                )
