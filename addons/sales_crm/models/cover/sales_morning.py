from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.picked import EVERY


class SalesMorning(models.AbstractModel):
    """When a cover ends or a rule is revoked, open activities stay with who may not see the client any more.

    He doesn't see them, and nobody would do them: before the carry-over they go to the client's manager.
    """

    _inherit = "sales.morning"

    @api.model
    def _steps(self):
        return [self._give_back, *super()._steps()]

    @api.model
    def _give_back(self, workdays):
        """Give open activities that their assignee may not see to the client's manager.

        The run is repeated all day; this step works when a day begins: once some plan is to be frozen.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        begins = self._query_not_frozen({user.id: day for user, day in workdays.items()})
        if not begins and not self._faulty_users("_give_back_of"):
            return True
        return self._apart("_give_back_of", self._give_back_of, self._query_assignees_of_others_clients())

    @api.model
    def _give_back_of(self, users):
        """:param users: who has open activities with other managers' clients
        :return: False if the time of the cron ran out before the end
        """
        for user in users:
            while given := self._retry(self._give_back_batch, user):
                if not self._commit(given, 0):
                    return False
        return True

    @api.model
    def _query_assignees_of_others_clients(self):
        """:return: the users under the access rules who have open activities with other managers' clients"""
        restricted = self._managers().filtered(self.env["sales.access.rule"]._is_restricted)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT activity.user_id
                  FROM mail_activity activity
                  JOIN res_partner client ON client.id = activity.client_id
                  JOIN res_users owner ON owner.id = client.user_id AND owner.active IS TRUE
                 WHERE activity.active IS TRUE AND activity.user_id = ANY(%s)
                   AND client.user_id != activity.user_id
                 ORDER BY activity.user_id
                """,
                restricted.ids,
            )
        )
        return self.env["res.users"].browse(user for (user,) in rows)

    @api.model
    def _strayed_domain(self, user):
        """:return: Domain of the open activities of ``user`` with clients of others that he may not see"""
        seen = self.env["mail.activity"].with_user(user)._sales_guard_domain("read")
        return (
            Domain("user_id", "=", user.id)
            & Domain("active", "=", True)
            & Domain("client_id.user_id", "!=", user.id)
            & Domain("client_id.user_id.active", "=", True)
            & ~seen
        )

    @api.model
    def _give_back_batch(self, user, picked=EVERY):
        """:param user: who has activities that he may not see
        :param Picked picked: which of the activities
        :return: how many were given to the clients' managers
        """
        self.env.flush_all()
        # sudo: what the assignee may not see is what is looked for
        Activity = self.env["mail.activity"].sudo()
        domain = self._strayed_domain(user) & picked.domain()
        strayed = Activity._search(domain, order="id", limit=self._batch_size)
        rows = self.env.execute_query(
            SQL(
                """
                WITH strayed AS MATERIALIZED (
                    SELECT activity.id FROM mail_activity activity
                     WHERE activity.id IN %(strayed)s FOR UPDATE OF activity
                )
                UPDATE mail_activity activity
                   SET user_id = owner.id, user_tz = person.tz,
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM strayed, res_partner client, res_users owner, res_partner person
                 WHERE activity.id = strayed.id AND client.id = activity.client_id
                   AND owner.id = client.user_id AND person.id = owner.partner_id
                RETURNING activity.id
                """,
                strayed=strayed.subselect(),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env.invalidate_all(flush=False)
        given = Activity.browse(sorted(activity for (activity,) in rows))
        for owner, activities in given.grouped("user_id").items():
            self._note_given_back(user, owner, activities)
        return len(given)

    @api.model
    def _note_given_back(self, user, owner, activities):
        """One note in the chatter of each client, and one message to his manager with the whole list."""
        env = self.with_context(lang=owner.lang or self.env.lang).env
        why = env._(
            "%(user)s may no longer see the client, so these activities have gone to the client's manager, "
            "%(owner)s:",
            user=user.name,
            owner=owner.name,
        )
        activities = activities.with_env(env)
        bodies = {
            client.id: Markup("<p>%s</p>%s") % (why, of_client._given_back_body())
            for client, of_client in activities.grouped("client_id").items()
        }
        activities.client_id._message_log_batch(bodies=bodies)
        env["mail.thread"].message_notify(
            partner_ids=owner.partner_id.ids,
            subject=env._(
                "%(count)s activities of %(user)s are yours now", count=len(activities), user=user.name
            ),
            body=Markup("<p>%s</p>%s")
            % (
                env._("%s may no longer see these clients of yours.", user.name),
                activities._carried_again_body(),
            ),
        )
