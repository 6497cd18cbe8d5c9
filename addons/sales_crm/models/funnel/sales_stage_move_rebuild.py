from odoo import api, models
from odoo.tools import SQL

from ...tools.filling import Filling


class SalesStageMove(models.Model):
    """The history of the time before this add-on, from what Odoo tracked in the chatter."""

    _inherit = "sales.stage.move"

    @api.model
    def _init_history(self):
        """For the installation and the update to the version that brought the funnel."""
        self._rebuild()
        self.env["res.partner"]._refresh_funnel_levels()

    @api.model
    def _rebuild(self):
        """Give every deal without moves its past: creation, stages, won, lost, reopened.

        Odoo kept the old and the new stage of every change, and the word for won or lost in the
        language of whoever did it. Where it kept nothing, the deal's own dates say when it was
        created and closed. All rows are marked as rebuilt; deals that have moves are left alone, so
        running it again changes nothing.

        :return: number of moves
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH deal AS MATERIALIZED (
                    SELECT lead.* FROM crm_lead lead
                     WHERE NOT EXISTS (SELECT FROM sales_stage_move move WHERE move.lead_id = lead.id)
                ), %(tracked)s, %(events)s, %(story)s
                INSERT INTO sales_stage_move (
                    lead_id, lead_key, lead_name, client_id, user_id, team_id, company_id, currency_id,
                    stage_from_id, stage_to_id, stage_from_name, stage_to_name, level_from, level_to,
                    rank_before, rank_after, outcome, date, days_in_stage, amount, lost_reason_id,
                    rebuilt, create_uid, create_date, write_uid, write_date)
                SELECT deal.id, deal.id, deal.name, partner.client_id, deal.user_id, deal.team_id,
                       company.id, company.currency_id,
                       stage_from.id, stage_to.id,
                       CASE WHEN stage_from.id IS NULL THEN story.name_from END,
                       CASE WHEN stage_to.id IS NULL THEN story.name_to END,
                       stage_from.funnel_level, stage_to.funnel_level,
                       -1, 0, story.outcome, story.date,
                       CASE WHEN story.outcome = 'reopened' THEN 0 ELSE COALESCE(
                           EXTRACT(EPOCH FROM story.date - story.previous) / 86400, 0) END,
                       COALESCE(deal.expected_revenue, 0),
                       CASE WHEN story.outcome = 'lost' THEN deal.lost_reason_id END,
                       TRUE, COALESCE(author.id, %(uid)s), story.date, %(uid)s, story.date
                  FROM story
                  JOIN deal ON deal.id = story.lead_id
                  JOIN res_company company ON company.id = COALESCE(deal.company_id, %(company)s)
                  LEFT JOIN res_partner partner ON partner.id = deal.partner_id
                  LEFT JOIN crm_stage stage_from ON stage_from.id = story.stage_from
                  LEFT JOIN crm_stage stage_to ON stage_to.id = story.stage_to
                  LEFT JOIN res_users author ON author.id = story.author
                 ORDER BY deal.id, story.date, story.number
                RETURNING id
                """,
                tracked=self._rebuild_tracked_sql(),
                events=self._rebuild_events_sql(),
                story=self._rebuild_story_sql(),
                uid=self.env.uid,
                company=self.env.company.id,
            )
        )
        if rows:
            ids = [id_ for (id_,) in rows]
            Filling(self.env, self._name).add(len(ids))
            self._count_ranks(
                SQL(
                    "lead_key IN (SELECT lead_key FROM sales_stage_move WHERE id BETWEEN %s AND %s)",
                    min(ids),
                    max(ids),
                )
            )
        return len(rows)

    @api.model
    def _rebuild_tracked_sql(self):
        """What was tracked has no subject, unless core moved it here from a deal that was merged into this
        one: that was the other deal's way.

        :return: SQL of ``tracked``: what the chatter kept about stages and about won and lost
        """
        return SQL(
            """
            tracked AS MATERIALIZED (
                SELECT message.res_id AS lead_id, value.id AS number, field.name AS field,
                       COALESCE(message.date, value.create_date) AS date,
                       message.create_uid AS author,
                       NULLIF(value.old_value_integer, 0) AS stage_from,
                       NULLIF(value.new_value_integer, 0) AS stage_to,
                       value.old_value_char AS name_from, value.new_value_char AS name_to,
                       status.value AS status, message.id AS message_id
                  FROM mail_tracking_value value
                  JOIN mail_message message ON message.id = value.mail_message_id
                  JOIN deal ON deal.id = message.res_id
                  JOIN ir_model_fields field ON field.id = value.field_id
                  LEFT JOIN LATERAL (
                        SELECT choice.value FROM ir_model_fields_selection choice
                         WHERE choice.field_id = field.id AND field.name = 'won_status'
                           AND value.new_value_char IN (
                               SELECT label.value FROM jsonb_each_text(choice.name) label)
                         LIMIT 1) status ON TRUE
                 WHERE message.model = 'crm.lead' AND field.model = 'crm.lead'
                   AND COALESCE(message.subject, '') = ''
                   AND field.name IN ('stage_id', 'won_status')
            )
            """
        )

    @api.model
    def _rebuild_events_sql(self):
        """Creation is never after the first tracked change: a message's date has no fractions of a
        second, ``create_date`` has them.

        :return: SQL of ``event``: creation, tracked changes, and how the deal ended, if the chatter
            doesn't tell
        """
        return SQL(
            """
            moved AS (
                SELECT moved.lead_id, moved.number, moved.date, moved.author, moved.stage_to,
                       moved.name_to, stage.is_won,
                       CASE WHEN status.status IN ('won', 'lost') THEN status.status
                            WHEN stage.is_won THEN 'won'
                            WHEN status.status = 'pending' THEN 'reopened' ELSE 'moved' END AS outcome
                  FROM tracked moved
                  LEFT JOIN crm_stage stage ON stage.id = moved.stage_to
                  LEFT JOIN tracked status
                    ON status.message_id = moved.message_id AND status.field = 'won_status'
                 WHERE moved.field = 'stage_id'
            ), decided AS (
                SELECT lead_id, number, date, author, status AS outcome
                  FROM tracked
                 WHERE field = 'won_status' AND status IS NOT NULL
                   AND message_id NOT IN (SELECT message_id FROM tracked WHERE field = 'stage_id')
            ), last_status AS (
                SELECT DISTINCT ON (lead_id) lead_id, outcome FROM (
                    SELECT lead_id, number, date, outcome FROM moved
                    UNION ALL SELECT lead_id, number, date, outcome FROM decided
                ) AS said
                 WHERE outcome != 'moved'  -- a lost deal that is moved is lost still
                 ORDER BY lead_id, date DESC, number DESC
            ), first_stage AS (
                SELECT DISTINCT ON (lead_id) lead_id, stage_from, name_from
                  FROM tracked WHERE field = 'stage_id' ORDER BY lead_id, date, number
            ), first_said AS (
                SELECT lead_id, MIN(date) AS date FROM tracked GROUP BY lead_id
            ), event AS (
                SELECT deal.id AS lead_id, 0 AS number, LEAST(deal.create_date, first_said.date) AS date,
                       deal.create_uid AS author,
                       CASE WHEN first_stage.lead_id IS NOT NULL THEN first_stage.stage_from
                            WHEN deal.won_status = 'won' THEN NULL ELSE deal.stage_id END AS stage_to,
                       first_stage.name_from AS name_to, TRUE AS enters, 'created' AS outcome
                  FROM deal
                  LEFT JOIN first_stage ON first_stage.lead_id = deal.id
                  LEFT JOIN first_said ON first_said.lead_id = deal.id
                UNION ALL
                SELECT lead_id, number, date, author, stage_to, name_to, TRUE, outcome FROM moved
                UNION ALL
                SELECT lead_id, number, date, author, NULL, NULL, FALSE,
                       CASE outcome WHEN 'pending' THEN 'reopened' ELSE outcome END
                  FROM decided
                UNION ALL
                SELECT deal.id, 2147483647, COALESCE(deal.date_closed, deal.write_date), deal.write_uid,
                       deal.stage_id, NULL, TRUE, deal.won_status
                  FROM deal
                  LEFT JOIN last_status ON last_status.lead_id = deal.id
                 WHERE deal.won_status IN ('won', 'lost')
                   AND deal.won_status IS DISTINCT FROM last_status.outcome
                   AND NOT (deal.won_status = 'won' AND EXISTS (
                            SELECT FROM moved WHERE moved.lead_id = deal.id AND moved.outcome = 'won'))
            )
            """
        )

    @api.model
    def _rebuild_story_sql(self):
        """:return: SQL of ``story``: the events with the stage before each of them.
        What changed no stage (lost, reopened) happened on the stage where the deal was.
        """
        return SQL(
            """
            placed AS (
                SELECT event.*, COUNT(*) FILTER (WHERE enters) OVER life AS episode
                  FROM event
                WINDOW life AS (PARTITION BY lead_id ORDER BY date, number)
            ), standing AS (
                SELECT lead_id, number, date, author, outcome,
                       FIRST_VALUE(stage_to) OVER episode AS stage_to,
                       FIRST_VALUE(name_to) OVER episode AS name_to
                  FROM placed
                WINDOW episode AS (PARTITION BY lead_id, episode ORDER BY date, number)
            ), story AS (
                SELECT standing.*, LAG(stage_to) OVER life AS stage_from,
                       LAG(name_to) OVER life AS name_from, LAG(date) OVER life AS previous
                  FROM standing
                WINDOW life AS (PARTITION BY lead_id ORDER BY date, number)
            )
            """
        )
