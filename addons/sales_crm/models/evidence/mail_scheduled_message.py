from odoo import api, models
from odoo.exceptions import AccessError


class MailScheduledMessage(models.Model):
    """What will be written in a client's document is shown there at once, in the name of whoever will have
    written it.
    """

    _inherit = "mail.scheduled.message"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sales_with_true_author(vals) for vals in vals_list])

    @api.model
    def _sales_with_true_author(self, vals):
        """Templates may name another author: it is whoever has it sent.

        :return: dict, the same values with him as the author
        """
        Document = self.env.get(vals.get("model"))
        if Document is None or not hasattr(Document, "_sales_true_author"):
            return vals
        author, _email = Document._sales_true_author(vals.get("author_id"), None)
        return {**vals, "author_id": author} if author else vals

    def write(self, vals):
        if "author_id" in vals and not self.env.su:
            self._sales_check_author(vals["author_id"])
        return super().write(vals)

    def _sales_check_author(self, author_id):
        """:raise AccessError: it is not the author of one of these, all of which have been asked for him"""
        if self.env.user.has_group("base.group_system"):
            return
        # sudo: compared only
        for message in self.sudo():
            is_guarded = message.model in self.env and self.env[message.model]._sales_is_guarded_document()
            if is_guarded and message.author_id.id != author_id:
                raise AccessError(
                    self.env._(
                        "A scheduled message is sent in the name of %s, who has written it. Write one of "
                        "your own instead.",
                        message.author_id.name,
                    )
                )
