from markupsafe import Markup

from odoo import models


class SalesHandoverLine(models.Model):
    """Whoever gets clients gets a page about each of them, to read before he calls.

    The message has the links, the pages are made when they are opened: with what is known then, for those
    who may see the client then. All on one printout would be an export, for which a manager needs a right.
    """

    _inherit = "sales.handover.line"

    def _told_name(self):
        name = super()._told_name()
        if not self.client_id or self.state != "done":  # what was taken back he may not see
            return name
        url = self.env["res.partner"]._brief_url(self.client_id.ids)
        return Markup('%s (<a href="%s" target="_blank">%s</a>)') % (name, url, self.env._("brief"))
