from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.picked import Picked


class SalesMorning(models.AbstractModel):
    """A single activity that can't be served is set apart, and its manager's other work goes on.

    Only once somebody's part of a step has failed its pieces are looked for: what is about him is tried by
    halves, until those stand alone that fail. All others are done, and the broken ones are written down, in
    one transaction. They are tried again by each run; what is mended later on the day comes into its plan.
    """

    _inherit = "sales.morning"

    # Who has more than so many broken pieces waits as a whole: it is not about them
    _pieces_apart = 20

    @api.model
    def _piecemeal(self):
        """:return: dict step -> (function of a part, that finds at least all its pieces,
        function of a part and of :class:`Picked`, that does a batch and returns how much it did).
        A part is a dict of one user and his day, or a user
        """
        return {
            "_give_back_of": (self._pieces_given_back, self._give_back_batch),
            "_carry_over": (self._pieces_carried, self._by_user_id(self._carry_batch)),
            "_create_regular": (self._pieces_regular, self._by_user_id(self._regular_batch)),
            "_chase_promises": (self._pieces_chased, self._by_user_id(self._chase_batch)),
            "_plan_birthdays": (self._pieces_of_birthdays, self._birthdays_of_part),
            "_freeze_plans": (self._pieces_frozen, self._by_user_id(self._freeze_of_part)),
        }

    @api.model
    def _by_user_id(self, batch):
        return lambda part, picked: batch({user.id: day for user, day in part.items()}, picked)

    @api.model
    def _birthdays_of_part(self, part, picked):
        near = self._near_birthdays(part)
        return self._birthday_batch_step(near, picked) if near else 0

    @api.model
    def _freeze_of_part(self, days, picked):
        days = self._query_not_frozen(days)
        return self._freeze_batch(days, picked) if days else 0

    # ------------------------------------------------------
    # Pieces
    # ------------------------------------------------------

    @api.model
    def _activities_of_part(self, part, operator):
        [(user, day)] = part.items()
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)  # sudo: the server's work
        return Activity.search([("user_id", "=", user.id), ("date_deadline", operator, day)], order="id")

    @api.model
    def _pieces_carried(self, part):
        return self._activities_of_part(part, "<").filtered("active")

    @api.model
    def _pieces_frozen(self, part):
        return self._activities_of_part(part, "=")

    @api.model
    def _pieces_given_back(self, user):
        # sudo: what the assignee may not see is what is looked for
        return self.env["mail.activity"].sudo().search(self._strayed_domain(user), order="id")

    @api.model
    def _pieces_regular(self, part):
        [(user, day)] = part.items()
        Turn = self.env["sales.cadence.client"].sudo()  # sudo: the server's work
        owners = [user.id, *self._regular_covers({user.id: day})]
        his = Domain("client_id.user_id", "in", owners) | Domain("cadence_id.user_id", "in", owners)
        return Turn.search(his & Domain("date_next", "<=", day), order="id")

    @api.model
    def _pieces_chased(self, part):
        [user] = part
        Promise = self.env["sales.promise"].sudo()  # sudo: the server's work
        his = Domain("client_id.user_id", "=", user.id) | Domain("user_id", "=", user.id)
        open_ones = Domain("state", "in", ("broken", "partial")) & Domain("chase_activity_id", "=", False)
        return Promise.search(his & open_ones, order="id")

    @api.model
    def _pieces_of_birthdays(self, part):
        [user] = part
        Partner = self.env["res.partner"].sudo()  # sudo: the server's work
        born = Domain("birthdate_date", "!=", False) & Domain("client_id.user_id", "=", user.id)
        return Partner.search(born, order="id")

    @api.model
    def _fault_subject(self, record):
        subject = super()._fault_subject(record)
        if record._name == "sales.cadence.client":
            subject = record.cadence_id.sudo().display_name  # sudo: for the heads
        if record._name in ("res.users", "sales.cadence") or "client_id" not in record._fields:
            return subject
        client = record.sudo().client_id.display_name  # sudo: for the heads
        return f"{subject}, {client}" if client and client not in subject else subject

    # ------------------------------------------------------
    # All but the broken ones
    # ------------------------------------------------------

    @api.model
    def _serve_but_broken(self, step, part):
        """Do the part of one user, without the pieces of it that can't be done: these are set apart.

        :return: False if it isn't about single pieces
        """
        if step not in self._piecemeal() or not part:
            return False
        try:
            broken = self._retry(self._serve_and_set_apart, step, part)
        except Exception as error:  # it is the user himself
            self.env.cr.rollback()
            self.env.invalidate_all(flush=False)
            self._log_apart(step, part, error)
            return False
        for piece, error in broken.items():
            self._log_apart(step, piece, error)
        return bool(broken)

    @api.model
    def _serve_and_set_apart(self, step, part):
        """:return: dict broken piece -> error; empty if none is, or too many are, and nothing was done"""
        find, batch = self._piecemeal()[step]
        broken = self._broken_pieces(find(part), lambda ids: batch(part, Picked(only=ids)))
        if not 0 < len(broken) <= self._pieces_apart:
            return {}
        rest = Picked(without=[piece.id for piece in broken])
        while batch(part, rest):
            pass
        [user] = part
        for piece, error in broken.items():
            self._write_fault(step, piece, user, self._day_of_part(part), error)
        self._mend_but(step, part, broken)
        return broken

    @api.model
    def _broken_pieces(self, pieces, work):
        """Nothing of what is tried stays.

        :param work: function of ids
        :return: dict piece -> error; it ends when there are too many
        """
        broken, parts = {}, [pieces]
        while parts and len(broken) <= self._pieces_apart:
            part = parts.pop()
            error = part and self._attempt(lambda ids=part.ids: work(ids), keep=False)
            if not error:
                continue
            if len(part) > 1:
                parts += self._halves(part)
            else:
                broken[part] = error
        return broken

    @api.model
    def _attempt(self, work, keep):
        """:param bool keep: whether what was done stays
        :return: the error with which ``work`` failed, None if it didn't
        """
        found = None
        try:
            with self.env.cr.savepoint() as savepoint:
                work()
                self.env.flush_all()
                if not keep:
                    savepoint.rollback()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # whatever one activity's data lead to
            found = error
        self.env.invalidate_all(flush=False)
        return found

    @api.model
    def _day_of_part(self, part):
        [user] = part
        return part[user] if isinstance(part, dict) else self._fault_day(user)

    @api.model
    def _mend_but(self, step, part, broken):
        """What failed before for this user, and does no more, is mended."""
        [user] = part
        Fault = self.env["sales.morning.fault"].sudo()  # sudo: the server's own work
        faults = Fault.search(
            [("step", "=", step), ("user_id", "=", user.id), ("date_mended", "=", False)]
        ).filtered(lambda f: (f.res_model, f.res_id) not in {(p._name, p.id) for p in broken})
        whole = faults.filtered(lambda fault: fault.res_model == "res.users")
        (whole | self._repeat_pieces(step, part, faults - whole)).date_mended = fields.Datetime.now()

    # ------------------------------------------------------
    # Again
    # ------------------------------------------------------

    @api.model
    def _repeat_pieces(self, step, items, faults):
        """What was done for a user as a whole may have left out his broken pieces.

        :param items: dict with users as keys, or users: who was served
        :param faults: open ones of this step
        :return: those of ``faults`` whose piece of one of these users is done now
        """
        mended = faults.browse()
        if not faults or step not in self._piecemeal():
            return mended
        for fault in faults.filtered(lambda f: f.res_model != "res.users" and f.user_id in items):
            user = fault.user_id.with_env(self.env)
            part = {user: items[user]} if isinstance(items, dict) else user
            error = self._attempt(
                lambda part=part, piece=fault.res_id: self._repeat_piece(step, part, piece), keep=True
            )
            if error:
                piece = self.env[fault.res_model].browse(fault.res_id)
                self._log_apart(step, piece, error)
                self._write_fault(step, piece, user, self._day_of_part(part), error)
            else:
                mended |= fault
        return mended

    @api.model
    def _repeat_piece(self, step, part, piece):
        if step != "_freeze_plans":
            self._piecemeal()[step][1](part, Picked(only=[piece]))
        if isinstance(part, dict):
            self._freeze_late(part, self._activities_of_piece(step, piece))

    @api.model
    def _activities_of_piece(self, step, piece):
        """:return: list of the ids of the activities that should have stood in the plan of the day"""
        # sudo: the server's own work
        if step in ("_carry_over", "_freeze_plans"):
            return [piece]
        if step == "_create_regular":
            return self.env["sales.cadence.client"].sudo().browse(piece).activity_id.ids
        if step == "_chase_promises":
            return self.env["sales.promise"].sudo().browse(piece).chase_activity_id.ids
        return []

    @api.model
    def _freeze_late(self, part, activities):
        """Give these activities their line in the plan of the day, if it is frozen already.

        :param dict part: user -> day
        :param list activities: ids
        """
        if not activities:
            return
        self.env.flush_all()
        frozen = SQL(
            """
            SELECT frozen.user_id, frozen.date
              FROM %s JOIN sales_plan_day frozen ON frozen.user_id = plan.user_id AND frozen.date = plan.day
            """,
            self._plan_sql({user.id: day for user, day in part.items()}),
        )
        # sudo: the run serves everybody
        added = self.env["mail.activity"].sudo().browse(self._insert_lines(frozen, Picked(only=activities)))
        # done meanwhile, beside a plan in which it should have stood
        added.filtered("unplanned_date").unplanned_date = False
