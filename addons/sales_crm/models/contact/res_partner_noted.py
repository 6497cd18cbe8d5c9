import logging
import re
from html import unescape

from odoo import api, models
from odoo.tools import is_html_empty, split_every

_logger = logging.getLogger(__name__)

BATCH = 500
# As the import wrote them until 19.0.1.4.0, in the languages that it spoke
NOTED = re.compile(r"(Other phones|Другие телефоны): ([^<\n]+)")


class ResPartner(models.Model):
    """Phones that an earlier import left in notes become phones that are found and called."""

    # Beside the other ways to reach a client
    _inherit = "res.partner"

    @api.model
    def _lift_noted_phones(self):
        """What is no phone stays in the note. Once done, it finds nothing.

        :return: how many cards have got phones
        """
        # sudo: the migration's own work, on everybody's cards
        Partner = self.sudo().with_context(active_test=False, tracking_disable=True, prefetch_fields=False)
        ids = Partner.search(
            ["|", ("comment", "like", "Other phones: "), ("comment", "like", "Другие телефоны: ")]
        ).ids
        lifted = 0
        for batch in split_every(BATCH, ids):
            for partner in Partner.browse(batch):
                lifted += partner._lift_own_noted_phones()
            self.env.flush_all()
            self.env.invalidate_all()
        _logger.info("Phones of %s notes lifted", lifted)
        return lifted

    def _lift_own_noted_phones(self):
        region, phones = self._phone_region(), []

        def lift(match):
            words, listed = match.groups()
            noted = [unescape(phone).strip() for phone in listed.split(",")]
            found = [phone for phone in noted if self._channel_key("phone", phone, region)]
            phones.extend(found)
            left = ", ".join(phone for phone in noted if phone not in found)
            return f"{words}: {left}" if left else ""

        comment = NOTED.sub(lift, self.comment)
        if not phones:
            return False
        self._keep_as_channels({"phone": phones})
        comment = re.sub(r"(<br\s*/?>\s*)+(?=</p>)|(?<=<p>)(\s*<br\s*/?>)+", "", comment)
        comment = re.sub(r"(<br\s*/?>\s*){2,}", "<br>", comment)
        self.comment = False if is_html_empty(comment) else comment
        return True
