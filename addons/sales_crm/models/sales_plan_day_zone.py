from odoo import api, fields, models
from odoo.tools import SQL, sql


class SalesPlanDay(models.Model):
    """The time zone of a day is that in which it began: whoever changes his own later moves no figure."""

    _inherit = "sales.plan.day"  # pylint: disable=consider-merging-classes-inherited

    tz = fields.Char("Time Zone", readonly=True)

    def _auto_init(self):
        """Days that were frozen before keep the time zone that their managers have now."""
        cr = self.env.cr
        if sql.table_exists(cr, self._table) and not sql.column_exists(cr, self._table, "tz"):
            sql.create_column(cr, self._table, "tz", "varchar")
            self.env.cr.execute(
                SQL(
                    "UPDATE sales_plan_day day SET tz = zone.tz FROM %s WHERE zone.user_id = day.user_id",
                    self.env["res.users"]._sales_zones_sql(),
                )
            )
        return super()._auto_init()


class SalesMorning(models.AbstractModel):
    _inherit = "sales.morning"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _workdays(self):
        """A day that has begun lasts to its end in the time zone in which it began."""
        workdays = super()._workdays()
        days = {user.id: day for user, day in workdays.items()}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT plan.user_id
                  FROM %(plan)s JOIN sales_plan_day begun ON begun.user_id = plan.user_id
                 WHERE begun.date BETWEEN plan.day - 2 AND plan.day - 1
                   AND (%(now)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE begun.tz)::date <= begun.date
                """,
                plan=self._plan_sql(days),
                now=fields.Datetime.now(),
            )
        )
        lasting = {user for (user,) in rows}
        return {user: day for user, day in workdays.items() if user.id not in lasting}


class ResPartner(models.Model):
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        # A user writes his own preferences as the superuser: who asks is who counts
        own = self.env.user.partner_id & self if "tz" in vals else self.browse()
        if not own or not self.env.user._is_measured():
            return super().write(vals)
        # sudo: his own time zone. As his it may be in the cache already
        user, partner = self.env.user.sudo(), own.sudo()
        default = user.company_id.resource_calendar_id.tz or "UTC"
        before = partner.tz or default
        res = super().write(vals)
        after = partner.tz or default
        if before != after:
            user._tell_own_time_zone(before, after)
        return res


class ResUsers(models.Model):
    _inherit = "res.users"  # pylint: disable=consider-merging-classes-inherited

    def _is_measured(self):
        """:return: whether it is a manager, not a head, whose days have plans already"""
        self.ensure_one()
        if not self._has_group("sales_crm.group_manager") or self._has_group("sales_crm.group_head"):
            return False
        # sudo: whether there is one is all that is asked
        return bool(self.env["sales.plan.day"].sudo().search_count([("user_id", "=", self.id)], limit=1))

    def _tell_own_time_zone(self, before, after):
        Change = self.env["sales.activity.change"]
        Change._log([{"kind": "time_zone", "user_id": self.id, "text_from": before, "text_to": after}])
        Change._tell(
            self,
            lambda env: env._("%s has changed his time zone", self.name),
            f"{before} → {after}",
        )
