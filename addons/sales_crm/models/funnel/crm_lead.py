from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...tools.columns import add_column

# Media by which a client comes to us; what comes by none of them, we have found ourselves
PASSIVE_MEDIA = (
    "utm.utm_medium_website",
    "utm.utm_medium_phone",
    "utm.utm_medium_email",
    "utm.utm_medium_banner",
    "utm.utm_medium_twitter",
    "utm.utm_medium_facebook",
    "utm.utm_medium_linkedin",
    "utm.utm_medium_television",
    "utm.utm_medium_google_adwords",
)

PASSIVE_SOURCES = (
    "utm.utm_source_search_engine",
    "utm.utm_source_mailing",
    "utm.utm_source_newsletter",
    "utm.utm_source_facebook",
    "utm.utm_source_twitter",
    "utm.utm_source_linkedin",
    "utm.utm_source_referral",
)


class CrmLead(models.Model):
    """Every event in the life of a deal is written down, by whatever route it comes."""

    _inherit = "crm.lead"

    approach = fields.Selection(
        [("active", "Active: we found the client"), ("passive", "Passive: the client came")],
        compute="_compute_approach",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index="btree_not_null",
        help="Proposed from the medium and the source; change it where it is wrong.",
    )
    stage_move_ids = fields.One2many(
        "sales.stage.move", "lead_id", "Moves", readonly=True, copy=False, groups="sales_crm.group_manager"
    )
    funnel_report_ids = fields.One2many(
        "sales.funnel.report",
        "lead_id",
        "Levels Reached",
        readonly=True,
        copy=False,
        groups="sales_crm.group_manager",
    )

    def _auto_init(self):
        """Deals that are there already get their approach at once, not one by one."""
        add_column(self.env.cr, self._table, "approach", "varchar", self._fill_approach_sql)
        return super()._auto_init()

    @api.model
    def _fill_approach_sql(self):
        media, sources = self._passive_origins()
        return SQL(
            """
            UPDATE crm_lead SET approach = CASE
                WHEN medium_id = ANY(%s) OR source_id = ANY(%s) OR create_uid = %s
                THEN 'passive' ELSE 'active' END
            """,
            media,
            sources,
            SUPERUSER_ID,
        )

    # ------------------------------------------------------
    # Active and passive sales
    # ------------------------------------------------------

    @api.depends("medium_id", "source_id")
    def _compute_approach(self):
        media, sources = self._passive_origins()
        for lead in self:
            if lead.medium_id.id in media or lead.source_id.id in sources:
                lead.approach = "passive"
            elif not lead.approach:
                lead.approach = "active"

    @api.model
    def _passive_origins(self):
        """:return: ids of the media and of the sources by which clients come to us"""
        return tuple(
            [record.id for name in names if (record := self.env.ref(name, raise_if_not_found=False))]
            for names in (PASSIVE_MEDIA, PASSIVE_SOURCES)
        )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Whoever writes to us has come by himself."""
        return super().message_new(msg_dict, {"approach": "passive", **(custom_values or {})})

    # ------------------------------------------------------
    # Moves
    # ------------------------------------------------------

    @api.model
    def _stage_move_triggers(self):
        """:return: names of the fields whose writing may change the stage, or win, lose or reopen"""
        return {"stage_id", "team_id", "user_id", "type", "active", "probability"}

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        # sudo: what happens is written down whoever does it
        leads_sudo = leads.sudo()
        leads_sudo.flush_recordset()
        leads_sudo.partner_id.flush_recordset(["client_id"])
        self.env["sales.stage.move"]._record_created(leads_sudo)
        return leads

    def write(self, vals):
        clients = self.env["res.partner"]
        if "partner_id" in vals:
            # sudo: the place of both clients is counted again, whoever may see them
            clients = self.sudo().partner_id.client_id
        res = super().write(vals)
        if self._stage_move_triggers() & vals.keys():
            self.flush_recordset()  # at once, so that two changes in one transaction are two moves
        if "lost_reason_id" in vals:
            self.env["sales.stage.move"]._follow_lost_reason(self)
        if "partner_id" in vals:
            # sudo: as above
            clients |= self.sudo().partner_id.client_id
            clients._refresh_own_funnel_levels()
        return res

    def _write_multi(self, vals_list):
        """The one place through which every change of a deal gets into the database."""
        changing = [
            lead.id
            for lead, vals in zip(self, vals_list, strict=True)
            if "stage_id" in vals or "won_status" in vals
        ]
        Move = self.env["sales.stage.move"]
        before = Move._query_status(self.browse(changing)) if changing else {}
        res = super()._write_multi(vals_list)
        if before:
            Move._record_changes(before)
        return res

    def unlink(self):
        self.check_access("unlink")
        # sudo: what happens is written down whoever does it
        leads_sudo = self.sudo()
        leads_sudo.flush_recordset()
        clients = leads_sudo.partner_id.client_id
        self.env["sales.stage.move"]._record_end(leads_sudo, "deleted")
        res = super().unlink()
        clients._refresh_own_funnel_levels()
        return res

    def _merge_dependences(self, opportunities):
        opportunities.flush_recordset()
        self.env["sales.stage.move"]._record_end(opportunities, "merged")
        return super()._merge_dependences(opportunities)

    def _merge_dependences_attachments(self, opportunities):
        # sudo: as core moves the messages, so their files come along
        return super(CrmLead, self.sudo())._merge_dependences_attachments(opportunities.sudo())
