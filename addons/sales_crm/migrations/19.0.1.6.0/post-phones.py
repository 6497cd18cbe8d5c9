from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 5000


def migrate(cr, version):
    """What is no valid number is compared by the digits that were typed, no more by the number of another
    country or town that it was taken for. What cards show stays as it is.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    Channel = env["sales.contact.channel"].with_context(prefetch_fields=False)
    ids = Channel._search(
        [("kind", "in", ["phone", "whatsapp", "viber", "telegram"])], order="id"
    ).get_result_ids()
    for batch in split_every(BATCH, ids):
        env.add_to_compute(Channel._fields["value_key"], Channel.browse(batch))
        env.flush_all()
        env.invalidate_all()
    env["res.partner"]._fill_duplicate_keys()
