from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date


class SalesAccessRule(models.Model):
    """Cover during leave: for given days the clients of who is away are also those of who covers.

    A head of sales sets covers without being an administrator of the access rules. So a cover gives a
    fixed access (see, change, add) to named managers for their colleagues' clients between two dates, and
    never becomes another kind of rule. It isn't passed on: who covers for B gets nothing of the A whom B
    covers for.
    """

    # Beside the rules themselves, which are long enough
    _inherit = "sales.access.rule"

    cover_warning = fields.Text("Please Note", compute="_compute_cover_warning")
    cover_leave_missing = fields.Boolean(compute="_compute_cover_warning")

    _cover_grants = models.Constraint(
        "CHECK (NOT is_cover OR (perm_unlink IS NOT TRUE AND perm_export IS NOT TRUE))",
        "A cover lets see, change and add. For deleting and exporting, an administrator sets an access rule.",
    )

    # ------------------------------------------------------
    # Who covers for whom
    # ------------------------------------------------------

    @api.model
    def _covers_of(self, user):
        """:return: the covers in force today that ``user`` stands in by, sudo-ed"""
        return self._rules_of(user, self._today(user)).filtered("is_cover")

    @api.model
    def _owner_covered(self, client):
        """:return: the manager of ``client`` if the current user stands in for him today, else no user"""
        # sudo: whose client it is, is asked about a client that the user may see
        owner = client.sudo().client_id.user_id.sudo(False)
        user = self.env.user
        covered = owner and owner != user and owner.id in self._covered_ids(user, self._today(user))
        return owner if covered else owner.browse()

    @api.model
    @tools.ormcache("user.id", "day")
    def _covered_ids(self, user, day):
        """:return: ids of the users for whom ``user`` stands in on ``day``; forgotten when a rule changes"""
        return tuple((self._rules_of(user, day).filtered("is_cover").manager_ids - user).ids)

    # ------------------------------------------------------
    # A cover stays a cover
    # ------------------------------------------------------

    @api.model
    def _sales_server_fields(self):
        """The action for covers says that it is one; whether that may change is asked below."""
        return super()._sales_server_fields() - {"is_cover"}

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_cover(vals) if self._is_cover_vals(vals) else vals for vals in vals_list]
        rules = super().create(vals_list)
        rules.filtered("is_cover")._tell_cover()
        return rules

    @api.model
    def _is_cover_vals(self, vals):
        if "is_cover" in vals:
            return bool(vals["is_cover"])
        return bool(self.default_get(["is_cover"]).get("is_cover"))

    @api.model
    def _prepare_cover(self, vals):
        """:return: ``vals`` with what every cover has in common"""
        common = {"is_cover": True, "scope": "managers", "perm_write": True, "perm_create": True}
        return {**common, **vals}

    def write(self, vals):
        if "is_cover" in vals:
            self._check_stays_cover(bool(vals["is_cover"]))
        covers = self.filtered("is_cover")
        before = {cover: cover._cover_snapshot() for cover in covers}
        res = super().write(vals)
        for cover in covers:
            cover._tell_cover_changed(before[cover])
        return res

    def unlink(self):
        covers = self.filtered("is_cover")
        for cover in covers.filtered("active"):
            cover._tell_cover_off(cover.user_ids | cover.manager_ids)
        return super().unlink()

    def _check_stays_cover(self, is_cover):
        """:raise UserError: a rule would become a cover, which a head may change, or the reverse"""
        changed = self.filtered(lambda rule: rule.is_cover != is_cover)
        if changed:
            raise UserError(
                self.env._(
                    "“%s”: a cover stays a cover, and another access rule never becomes one. "
                    "End this one and make a new one.",
                    changed[0].reason,
                )
            )

    @api.constrains("is_cover", "team_ids", "user_ids", "manager_ids")
    def _check_cover_people(self):
        for rule in self.filtered("is_cover"):
            if rule.team_ids:
                raise ValidationError(
                    self.env._("“%s”: a cover is given to managers by name, not to teams.", rule.reason)
                )
            if not rule.user_ids:
                raise ValidationError(self.env._("“%s”: choose who covers.", rule.reason))

    # ------------------------------------------------------
    # What to think of
    # ------------------------------------------------------

    @api.depends("user_ids", "manager_ids", "date_from", "date_to", "is_cover", "active")
    def _compute_cover_warning(self):
        """Nothing of it forbids the cover: the head knows better, but he has to know."""
        for rule in self:
            complete = rule.is_cover and rule.active and rule.date_from and rule.date_to
            over = complete and rule.date_to < self._today(self.env.user)
            warnings, without_leave = [], self.env["res.users"]
            if over:
                warnings.append(self.env._("These days are over: the cover gives no access any more."))
            elif complete and rule.date_from <= rule.date_to:
                without_leave = rule._cover_without_leave()
                warnings = rule._cover_warnings(without_leave)
            rule.cover_warning = "\n".join(warnings)
            rule.cover_leave_missing = bool(without_leave)

    def _cover_warnings(self, without_leave):
        """:return: list of sentences"""
        users, absent = self.user_ids._origin, self.manager_ids._origin
        others = self._cover_overlapping()
        warnings = [
            self.env._(
                "%(user)s is away too, from %(date_from)s to %(date_to)s: %(covers)s will stand in for him. "
                "The clients of %(absent)s don't go along.",
                user=user.name,
                covers=", ".join(other.user_ids.mapped("name")),
                absent=", ".join(absent.mapped("name")),
                **other._cover_dates(),
            )
            for other in others
            for user in other.manager_ids & users
        ]
        warnings += [
            self.env._("%(user)s has days off between these dates.", user=user.name)
            for user in users - others.manager_ids
            if self._cover_leaves(user)
        ]
        warnings += [
            self.env._(
                "%(absent)s is covered already by %(covers)s, from %(date_from)s to %(date_to)s: "
                "the clients will be with both.",
                absent=user.name,
                covers=", ".join(other.user_ids.mapped("name")),
                **other._cover_dates(),
            )
            for other in others
            for user in other.manager_ids & absent
        ]
        if without_leave:
            warnings.append(
                self.env._(
                    "No days off are recorded between these dates for %s: every morning the work is carried "
                    "over and the plan is frozen as if on a working day.",
                    ", ".join(without_leave.mapped("name")),
                )
            )
        return warnings

    def _cover_overlapping(self):
        """:return: other covers with a day in common"""
        return self.search(
            Domain("is_cover", "=", True)
            & Domain("id", "!=", self._origin.id)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )

    def _cover_without_leave(self):
        """:return: who is away by this cover and has no day off recorded between its dates"""
        return self.manager_ids._origin.filtered(lambda user: not self._cover_leaves(user))

    def _cover_leaves(self, user):
        """:return: the days off of ``user`` that touch the dates of this cover"""
        start, end = self._cover_bounds(user)
        return self.env["resource.calendar.leaves"].search(
            [
                ("resource_id.user_id", "=", user.id),
                ("time_type", "=", "leave"),
                ("date_from", "<", end),
                ("date_to", ">", start),
            ],
            limit=1,
        )

    def _cover_bounds(self, user):
        """:return: begin and end of the cover's days in the time zone of ``user``, in UTC, naive"""
        # sudo: a user's time zone is no secret
        return user.sudo()._sales_day_bounds(self.date_from, self.date_to)

    def action_record_leave(self):
        """Record days off, for the dates of the cover, for those away who have none there."""
        for cover in self.filtered("is_cover"):
            cover.check_access("write")
            absent = cover._cover_without_leave()
            absent._sales_create_resources()
            self.env["resource.calendar.leaves"].create([cover._prepare_leave(user) for user in absent])
        return True

    def _prepare_leave(self, user):
        """:return: values of a day off of ``user`` for the dates of this cover"""
        start, end = self._cover_bounds(user)
        resource = user._sales_resource()
        return {
            "name": self.reason,
            "resource_id": resource.id,
            "calendar_id": resource.calendar_id.id,
            "company_id": resource.company_id.id,
            "time_type": "leave",
            "date_from": start,
            "date_to": fields.Datetime.subtract(end, seconds=1),
        }

    def action_end_cover(self):
        """The one who was away is back earlier: yesterday was the last day; a coming cover is called off."""
        for cover in self.filtered("is_cover"):
            yesterday = fields.Date.subtract(self._today(self.env.user), days=1)
            if cover.date_from > yesterday:
                cover.active = False
            elif cover.date_to > yesterday:
                cover.date_to = yesterday
        return True

    # ------------------------------------------------------
    # Who is told
    # ------------------------------------------------------

    def _cover_dates(self, lang=None):
        """:return: dict with both dates as text, in a language, else in the current one"""
        return {
            name: format_date(self.env, self[name], lang_code=lang or self.env.lang)
            for name in ("date_from", "date_to")
        }

    def _cover_snapshot(self):
        """:return: who covers, who is away, and what else they have to know when it changes"""
        return self.user_ids, self.manager_ids, self.date_from, self.date_to, self.active

    def _tell_cover_changed(self, before):
        """Tell those named, now and before, what is different; nothing if it doesn't concern them.

        :param before: as :meth:`_cover_snapshot` has returned it
        """
        if self._cover_snapshot() == before:
            return
        users, absent, _date_from, _date_to, was_active = before
        if self.active:
            self._tell_cover_off((users - self.user_ids) | (absent - self.manager_ids))
            self._tell_cover()
        elif was_active:
            self._tell_cover_off(users | absent)

    def _tell_cover(self):
        """Tell those who cover and those who are away; in the chatter it stays noted who was told."""
        for cover in self.filtered("active"):
            if cover.date_to < self._today(self.env.user):
                continue
            for user in cover.user_ids:
                cover._tell_user(user, cover._prepare_cover_message)
            for user in cover.manager_ids:
                cover._tell_user(user, cover._prepare_absent_message)
            told = cover.user_ids | cover.manager_ids
            cover._message_log(body=self.env._("Told about the cover: %s", ", ".join(told.mapped("name"))))

    def _tell_cover_off(self, users):
        for user in users:
            self._tell_user(user, self._prepare_cover_off_message)

    def _tell_user(self, user, prepare):
        """:param prepare: method that returns subject and body, for an environment in the user's language"""
        self.ensure_one()
        # sudo: name, language and mail address of a colleague
        user = user.sudo()
        lang = user.lang or self.env.lang
        subject, body = prepare(self.with_context(lang=lang))
        self.env["mail.thread"].with_context(lang=lang).message_notify(
            partner_ids=user.partner_id.ids, subject=subject, body=body
        )

    @api.model
    def _prepare_cover_message(self, cover):
        """:return: subject, body for those who cover"""
        names = {"absent": ", ".join(cover.manager_ids.mapped("name")), **cover._cover_dates()}
        return (
            cover.env._("You cover for %(absent)s from %(date_from)s to %(date_to)s", **names),
            cover.env._(
                "From %(date_from)s to %(date_to)s the clients of %(absent)s are yours too, and My Day shows "
                "their plan apart. What you do is credited to you; deals and orders stay with the "
                "client's own manager. It ends by itself.",
                **names,
            ),
        )

    @api.model
    def _prepare_absent_message(self, cover):
        """:return: subject, body for those who are away"""
        names = {"covers": ", ".join(cover.user_ids.mapped("name")), **cover._cover_dates()}
        return (
            cover.env._("%(covers)s covers for you from %(date_from)s to %(date_to)s", **names),
            cover.env._(
                "From %(date_from)s to %(date_to)s your clients and your plan of the day are with "
                "%(covers)s too. Your deals and orders stay yours. It ends by itself.",
                **names,
            ),
        )

    @api.model
    def _prepare_cover_off_message(self, cover):
        """:return: subject, body for those whom the cover does not concern any more"""
        names = {"reason": cover.reason, **cover._cover_dates()}
        return (
            cover.env._("Cover from %(date_from)s to %(date_to)s called off", **names),
            cover.env._(
                "The cover “%(reason)s” from %(date_from)s to %(date_to)s doesn't concern you any more.",
                **names,
            ),
        )
