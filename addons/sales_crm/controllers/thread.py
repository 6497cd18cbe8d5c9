from odoo.addons.mail.controllers.thread import ThreadController

from ..models.evidence.mail_message import MAILS


class SalesThreadController(ThreadController):
    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        """The chatter posts with all rights: that a mail came in or went out isn't for the browser to say."""
        data = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if data.get("message_type") in MAILS:
            data["message_type"] = "comment"
        return data
